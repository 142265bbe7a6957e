resource "aws_api_gateway_stage" "silent" { # finding: CKV_AWS_76
  rest_api_id   = "a1b2c3"
  deployment_id = "d4e5f6"
  stage_name    = "silent"
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id   = "a1b2c3"
  deployment_id = "d4e5f6"
  stage_name    = "live"

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode({ requestId = "$context.requestId", status = "$context.status" })
  }
}

resource "aws_apigatewayv2_stage" "silent" { # finding: CKV_AWS_95, APIGateway.9, API_GWV2_ACCESS_LOGS_ENABLED
  api_id = "a1b2c3"
  name   = "$default"
}

resource "aws_apigatewayv2_stage" "live" {
  api_id = "a1b2c3"
  name   = "live"

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = jsonencode({ requestId = "$context.requestId", status = "$context.status" })
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name = "access"
}
