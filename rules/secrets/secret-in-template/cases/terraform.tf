resource "aws_cloudwatch_event_connection" "api_key" {
  name               = "api-key"
  authorization_type = "API_KEY"

  auth_parameters {
    api_key {
      key   = "x-api-key"
      value = "8f14e45fceea167a" # finding
    }
  }
}

resource "aws_cloudwatch_event_connection" "basic" {
  name               = "basic"
  authorization_type = "BASIC"

  auth_parameters {
    basic {
      username = "shop"
      password = "correct-horse-battery" # finding
    }
  }
}

resource "aws_cloudwatch_event_connection" "oauth" {
  name               = "oauth"
  authorization_type = "OAUTH_CLIENT_CREDENTIALS"

  auth_parameters {
    oauth {
      authorization_endpoint = "https://login.example.com/token"
      http_method            = "POST"

      client_parameters {
        client_id     = "shop"
        client_secret = "5ebe2294ecd0e0f0" # finding
      }
    }
  }
}

resource "aws_batch_job_definition" "report" {
  name = "report"
  type = "container"
  container_properties = jsonencode({
    image = "report"
    environment = [
      { name = "DATABASE_PASSWORD", value = "correct-horse-battery" }, # finding
      { name = "DATABASE_PASSWORD_NAME", value = "reports" },
    ]
  })
}

resource "aws_ecs_task_definition" "task" {
  family = "task"
  container_definitions = jsonencode([
    {
      name  = "app"
      image = "app"
      environment = [
        { name = "DB_PASSWORD", value = "hunter2-hunter2" }, # finding
        { name = "SECRET_ARN", value = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app" },
      ]
      secrets = [
        { name = "API_TOKEN", valueFrom = "arn:aws:ssm:eu-west-1:123456789012:parameter/token" },
      ]
    },
  ])
}

resource "aws_apprunner_service" "shop" {
  service_name = "shop"

  source_configuration {
    image_repository {
      image_identifier      = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop:v1"
      image_repository_type = "ECR"

      image_configuration {
        runtime_environment_variables = {
          DB_PASSWORD = "hunter2-hunter2" # finding
          STAGE       = "prod"
        }
      }
    }
  }
}

resource "aws_amplify_app" "site" {
  name         = "site"
  access_token = "8f14e45fceea167a8f14e45fceea167a" # finding

  environment_variables = {
    DB_PASSWORD = "hunter2-hunter2" # finding
    STAGE       = "prod"
  }
}

resource "aws_api_gateway_api_key" "partner" {
  name  = "partner"
  value = "8f14e45fceea167a8f14e45fceea167a" # finding
}

resource "aws_codepipeline_webhook" "hook" {
  name            = "hook"
  authentication  = "GITHUB_HMAC"
  target_action   = "Source"
  target_pipeline = "pipeline"

  authentication_configuration {
    secret_token = "8f14e45fceea167a" # finding
  }

  filter {
    json_path    = "$.ref"
    match_equals = "refs/heads/main"
  }
}

resource "aws_cognito_identity_provider" "google" {
  user_pool_id  = "eu-west-1_1"
  provider_name = "Google"
  provider_type = "Google"

  provider_details = {
    client_id     = "shop"
    client_secret = "5ebe2294ecd0e0f0" # finding
  }
}

resource "aws_dms_endpoint" "source" {
  endpoint_id   = "source"
  endpoint_type = "source"
  engine_name   = "postgres"
  username      = "app"
  password      = "correct-horse-battery" # finding
}

resource "aws_directory_service_directory" "simple" {
  name     = "corp.example.com"
  password = "Summer2024!" # finding
  size     = "Small"
}

resource "aws_directory_service_directory" "microsoft" {
  name     = "corp.example.com"
  password = "Summer2024!" # finding
  type     = "MicrosoftAD"
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1"
  port              = 443
  protocol          = "HTTPS"

  default_action {
    type = "authenticate-oidc"

    authenticate_oidc {
      client_id     = "shop"
      client_secret = "5ebe2294ecd0e0f0" # finding
      issuer        = "https://login.example.com"
    }
  }
}

resource "aws_lb_listener_rule" "admin" {
  listener_arn = aws_lb_listener.https.arn

  action {
    type = "authenticate-oidc"

    authenticate_oidc {
      client_id     = "shop"
      client_secret = "5ebe2294ecd0e0f0" # finding
      issuer        = "https://login.example.com"
    }
  }

  condition {
    path_pattern {
      values = ["/admin/*"]
    }
  }
}

resource "aws_glue_connection" "database" {
  name = "database"

  connection_properties = {
    JDBC_CONNECTION_URL = "jdbc:postgresql://db.internal/orders"
    USERNAME            = "app"
    PASSWORD            = "correct-horse-battery" # finding
  }
}

resource "aws_instance" "host" {
  ami           = "ami-0abcdef1234567890"
  instance_type = "t3.micro"
  user_data     = <<-EOT
    #!/bin/bash
    yum -y update
    export AWS_ACCESS_KEY_ID=AKIAQ7RZ3LWM5XKD2HTB # finding
    echo done
  EOT
}

# What is kept.
variable "given" {
  type      = string
  sensitive = true
}

data "aws_secretsmanager_secret_version" "partner" {
  secret_id = "partner"
}

resource "aws_cloudwatch_event_connection" "kept" {
  name               = "kept"
  authorization_type = "API_KEY"

  auth_parameters {
    api_key {
      key   = "x-api-key"
      value = data.aws_secretsmanager_secret_version.partner.secret_string
    }
  }
}

resource "aws_cognito_identity_provider" "facebook" {
  user_pool_id  = "eu-west-1_1"
  provider_name = "Facebook"
  provider_type = "Facebook"

  provider_details = {
    client_id     = "shop"
    client_secret = var.given
  }
}

resource "aws_batch_job_definition" "kept" {
  name = "kept"
  type = "container"
  container_properties = jsonencode({
    image = "report"
    environment = [
      { name = "TOKEN_URL", value = "https://login.example.com/token" },
    ]
    secrets = [
      { name = "DATABASE_PASSWORD", valueFrom = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:reports" },
    ]
  })
}

resource "random_password" "database" {
  length = 32
}

resource "aws_dms_endpoint" "kept" {
  endpoint_id   = "kept"
  endpoint_type = "source"
  engine_name   = "postgres"
  username      = "app"
  password      = random_password.database.result
}

resource "aws_instance" "documented" {
  ami           = "ami-0abcdef1234567890"
  instance_type = "t3.micro"
  user_data     = "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"
}

provider "aws" {
  region     = "eu-west-1"
  access_key = "AKIAQ7RT5ZK2WLNBX4MC" # finding: CKV_AWS_41
  secret_key = "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" # finding: CKV_AWS_41
}

provider "aws" {
  alias      = "emulator"
  region     = "eu-west-1"
  access_key = "test"
  secret_key = "test"
}

provider "aws" {
  alias      = "given"
  region     = "eu-west-1"
  access_key = var.access_key
  secret_key = var.secret_key
}

variable "access_key" {}
variable "secret_key" {}
