resource "aws_lambda_function" "orders" { # finding: CKV_AWS_50, Lambda.7
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
  runtime       = "python3.13"
}

resource "aws_lambda_function" "billing" {
  function_name = "billing"
  role          = "arn:aws:iam::123456789012:role/billing"

  tracing_config {
    mode = "PassThrough" # finding: Lambda.7
  }
}

resource "aws_lambda_function" "traced" {
  function_name = "traced"
  role          = "arn:aws:iam::123456789012:role/traced"

  tracing_config {
    mode = "Active"
  }
}

resource "aws_api_gateway_stage" "live" { # finding: CKV_AWS_73, APIGateway.3, API_GW_XRAY_ENABLED
  rest_api_id   = "a1b2c3"
  deployment_id = "d4e5f6"
  stage_name    = "live"
}

resource "aws_api_gateway_stage" "test" {
  rest_api_id          = "a1b2c3"
  deployment_id        = "d4e5f6"
  stage_name           = "test"
  xray_tracing_enabled = false # finding: CKV_AWS_73, APIGateway.3, API_GW_XRAY_ENABLED
}

resource "aws_api_gateway_stage" "traced" {
  rest_api_id          = "a1b2c3"
  deployment_id        = "d4e5f6"
  stage_name           = "traced"
  xray_tracing_enabled = true
}

resource "aws_sfn_state_machine" "checkout" {
  name     = "checkout"
  role_arn = "arn:aws:iam::123456789012:role/steps"

  tracing_configuration {
    enabled = false # finding: CKV_AWS_284
  }
}

resource "aws_sfn_state_machine" "untold" { # finding: CKV_AWS_284
  name     = "untold"
  role_arn = "arn:aws:iam::123456789012:role/steps"
}

resource "aws_sfn_state_machine" "traced" {
  name     = "traced"
  role_arn = "arn:aws:iam::123456789012:role/steps"

  tracing_configuration {
    enabled = true
  }
}

resource "aws_appsync_graphql_api" "shop" { # finding
  name                = "shop"
  authentication_type = "AWS_IAM"
}

resource "aws_appsync_graphql_api" "traced" {
  name                = "traced"
  authentication_type = "AWS_IAM"
  xray_enabled        = true
}
