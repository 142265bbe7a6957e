data "aws_caller_identity" "current" {}

variable "image" {
  type = string
}

resource "aws_ecs_task_definition" "proxy" {
  family = "proxy"
  container_definitions = jsonencode([
    {
      name  = "nginx"
      image = "public.ecr.aws/nginx/nginx:latest" # finding
    },
    {
      name  = "sidecar"
      image = "envoyproxy/envoy" # finding
    },
  ])
}

resource "aws_batch_job_definition" "report" {
  name = "report"
  type = "container"
  container_properties = jsonencode({
    image = "docker.io/acme/report:latest" # finding
  })
}

resource "aws_lambda_function" "pay" {
  function_name = "pay"
  role          = "arn:aws:iam::123456789012:role/pay"
  package_type  = "Image"
  image_uri     = "${data.aws_caller_identity.current.account_id}.dkr.ecr.eu-west-1.amazonaws.com/pay:v3" # finding(all)
}

resource "aws_apprunner_service" "shop" {
  service_name = "shop"

  source_configuration {
    image_repository {
      image_identifier      = "public.ecr.aws/acme/shop:latest" # finding
      image_repository_type = "ECR_PUBLIC"
    }
  }
}

resource "aws_sagemaker_model" "rank" {
  name               = "rank"
  execution_role_arn = "arn:aws:iam::123456789012:role/rank"

  primary_container {
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/rank:latest" # finding(all)
  }
}

# What is kept.
resource "aws_ecs_task_definition" "kept" {
  family = "kept"
  container_definitions = jsonencode([
    {
      name  = "nginx"
      image = "public.ecr.aws/nginx/nginx@sha256:4c0fdaa8b6341bfdeca5f18f7837462c80cff90527ee35ef185571e1c327beac"
    },
  ])
}

resource "aws_lambda_function" "given" {
  function_name = "given"
  role          = "arn:aws:iam::123456789012:role/pay"
  package_type  = "Image"
  image_uri     = var.image
}
