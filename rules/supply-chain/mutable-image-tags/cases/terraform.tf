resource "aws_ecr_repository" "images" { # finding: CKV_AWS_51, ECR.2, ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED
  name = "images"
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
  package_type  = "Image"
  image_uri     = "${aws_ecr_repository.images.repository_url}:v1"
}

# No function here runs from it.
resource "aws_ecr_repository" "other" {
  name                 = "other"
  image_tag_mutability = "MUTABLE" # finding(all): CKV_AWS_51, ECR.2, ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED
}

# What is kept.
resource "aws_ecr_repository" "kept" {
  name                 = "kept"
  image_tag_mutability = "IMMUTABLE"
}

resource "aws_lambda_function" "kept" {
  function_name = "kept"
  role          = "arn:aws:iam::123456789012:role/orders"
  package_type  = "Image"
  image_uri     = "${aws_ecr_repository.kept.repository_url}:v1"
}
