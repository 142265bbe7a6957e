data "aws_ssm_parameter" "common" {
  name = "/layers/common/latest"
}

resource "aws_lambda_function" "unpinned" {
  function_name = "unpinned"
  role          = "arn:aws:iam::123456789012:role/function"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "function.zip"

  layers = [
    data.aws_ssm_parameter.common.value,                  # finding
    "arn:aws:lambda:eu-west-1:123456789012:layer:common", # finding
  ]
}

resource "aws_lambda_function" "pinned" {
  function_name = "pinned"
  role          = "arn:aws:iam::123456789012:role/function"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "function.zip"

  layers = ["arn:aws:lambda:eu-west-1:123456789012:layer:common:7"]
}

resource "aws_lambda_layer_version" "common" {
  layer_name = "common"
  s3_bucket  = "layers"
  s3_key     = "common.zip"
}

resource "aws_lambda_function" "own" {
  function_name = "own"
  role          = "arn:aws:iam::123456789012:role/function"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "function.zip"

  layers = [aws_lambda_layer_version.common.arn]
}
