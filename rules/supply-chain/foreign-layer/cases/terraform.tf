data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

resource "aws_lambda_function" "foreign" {
  function_name = "foreign"
  role          = "arn:aws:iam::123456789012:role/function"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "function.zip"

  layers = [
    "arn:aws:lambda:${data.aws_region.current.name}:175033217214:layer:graphicsmagick:2", # finding
  ]
}

# What is kept.
resource "aws_lambda_layer_version" "graphics" {
  layer_name = "graphics"
  s3_bucket  = "layers"
  s3_key     = "graphicsmagick.zip"
}

resource "aws_lambda_function" "own" {
  function_name = "own"
  role          = "arn:aws:iam::123456789012:role/function"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "function.zip"

  layers = [
    aws_lambda_layer_version.graphics.arn,
    "arn:aws:lambda:${data.aws_region.current.name}:017000801446:layer:AWSLambdaPowertoolsPythonV2:32",
    "arn:aws:lambda:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:layer:common:7",
  ]
}
