resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
  runtime       = "python3.8" # finding: CKV_AWS_363, Lambda.2, LAMBDA_FUNCTION_SETTINGS_CHECK
}

variable "runtime" {
  default = "nodejs10.x" # finding: CKV_AWS_363, Lambda.2, LAMBDA_FUNCTION_SETTINGS_CHECK
}

resource "aws_lambda_function" "ancient" {
  function_name = "ancient"
  role          = "arn:aws:iam::123456789012:role/ancient"
  runtime       = var.runtime
}

resource "aws_lambda_function" "supported" {
  function_name = "supported"
  role          = "arn:aws:iam::123456789012:role/supported"
  runtime       = "python3.13"
}

resource "aws_lambda_function" "image" {
  function_name = "image"
  role          = "arn:aws:iam::123456789012:role/image"
  package_type  = "Image"
}
