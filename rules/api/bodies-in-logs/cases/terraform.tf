resource "aws_api_gateway_stage" "live" {
  rest_api_id   = "a1b2c3"
  deployment_id = "d4e5f6"
  stage_name    = "live"
}

resource "aws_api_gateway_method_settings" "live" {
  rest_api_id = "a1b2c3"
  stage_name  = aws_api_gateway_stage.live.stage_name
  method_path = "*/*"

  settings {
    logging_level      = "INFO"
    data_trace_enabled = true # finding: CKV_AWS_276
  }
}

resource "aws_api_gateway_stage" "quiet" {
  rest_api_id   = "a1b2c3"
  deployment_id = "d4e5f6"
  stage_name    = "quiet"
}

resource "aws_api_gateway_method_settings" "quiet" {
  rest_api_id = "a1b2c3"
  stage_name  = aws_api_gateway_stage.quiet.stage_name
  method_path = "*/*"

  settings {
    logging_level      = "INFO"
    data_trace_enabled = false
  }
}

resource "aws_apigatewayv2_stage" "chat" {
  api_id = "d4e5f6"
  name   = "live"

  default_route_settings {
    data_trace_enabled = true # finding: CKV_AWS_276
  }
}

resource "aws_apigatewayv2_stage" "quiet" {
  api_id = "d4e5f6"
  name   = "quiet"

  default_route_settings {
    logging_level = "INFO"
  }
}

resource "aws_appsync_graphql_api" "shop" {
  name                = "shop"
  authentication_type = "AWS_IAM"

  log_config {
    cloudwatch_logs_role_arn = "arn:aws:iam::123456789012:role/logs"
    field_log_level          = "ALL"
    exclude_verbose_content  = false # finding(all)
  }
}

resource "aws_appsync_graphql_api" "quiet" {
  name                = "quiet"
  authentication_type = "AWS_IAM"

  log_config {
    cloudwatch_logs_role_arn = "arn:aws:iam::123456789012:role/logs"
    field_log_level          = "ALL"
    exclude_verbose_content  = true
  }
}

# A deployment that makes its stage itself.
resource "aws_api_gateway_deployment" "trial" {
  rest_api_id = "g7h8i9"
  stage_name  = "trial"
}

resource "aws_api_gateway_method_settings" "trial" {
  rest_api_id = "g7h8i9"
  stage_name  = aws_api_gateway_deployment.trial.stage_name
  method_path = "*/*"

  settings {
    data_trace_enabled = true # finding: CKV_AWS_276
  }
}
