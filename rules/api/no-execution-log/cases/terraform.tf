resource "aws_api_gateway_rest_api" "orders" {
  name = "orders"
}

resource "aws_api_gateway_stage" "silent" { # finding: CKV2_AWS_4, APIGateway.1, API_GW_EXECUTION_LOGGING_ENABLED
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  deployment_id = "a1b2c3"
  stage_name    = "silent"
}

resource "aws_api_gateway_stage" "off" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  deployment_id = "a1b2c3"
  stage_name    = "off"
}

resource "aws_api_gateway_method_settings" "off" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  stage_name  = aws_api_gateway_stage.off.stage_name
  method_path = "*/*"

  settings {
    logging_level = "OFF" # finding: CKV2_AWS_4, APIGateway.1, API_GW_EXECUTION_LOGGING_ENABLED
  }
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  deployment_id = "a1b2c3"
  stage_name    = "live"
}

resource "aws_api_gateway_method_settings" "live" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  stage_name  = aws_api_gateway_stage.live.stage_name
  method_path = "*/*"

  settings {
    logging_level = "ERROR"
  }
}

resource "aws_apigatewayv2_api" "chat" {
  name          = "chat"
  protocol_type = "WEBSOCKET"
}

resource "aws_apigatewayv2_stage" "silent" { # finding: APIGateway.1, API_GW_EXECUTION_LOGGING_ENABLED
  api_id = aws_apigatewayv2_api.chat.id
  name   = "silent"
}

resource "aws_apigatewayv2_stage" "off" {
  api_id = aws_apigatewayv2_api.chat.id
  name   = "off"

  default_route_settings {
    logging_level = "OFF" # finding: APIGateway.1, API_GW_EXECUTION_LOGGING_ENABLED
  }
}

resource "aws_apigatewayv2_stage" "chat" {
  api_id = aws_apigatewayv2_api.chat.id
  name   = "live"

  default_route_settings {
    logging_level = "ERROR"
  }
}

# An HTTP API has no execution log.
resource "aws_apigatewayv2_api" "http" {
  name          = "http"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_stage" "http" {
  api_id      = aws_apigatewayv2_api.http.id
  name        = "$default"
  auto_deploy = true
}

resource "aws_appsync_graphql_api" "silent" { # finding: CKV_AWS_193, CKV_AWS_194, AppSync.2, APPSYNC_LOGGING_ENABLED
  name                = "silent"
  authentication_type = "AWS_IAM"
}

resource "aws_appsync_graphql_api" "requests" {
  name                = "requests"
  authentication_type = "AWS_IAM"

  log_config {
    cloudwatch_logs_role_arn = "arn:aws:iam::123456789012:role/logs"
    field_log_level          = "NONE" # finding: CKV_AWS_194, AppSync.2, APPSYNC_LOGGING_ENABLED
  }
}

resource "aws_appsync_graphql_api" "shop" {
  name                = "shop"
  authentication_type = "AWS_IAM"

  log_config {
    cloudwatch_logs_role_arn = "arn:aws:iam::123456789012:role/logs"
    field_log_level          = "ERROR"
    exclude_verbose_content  = true
  }
}

resource "aws_sfn_state_machine" "standard" { # finding(all): CKV_AWS_285, StepFunctions.1, STEP_FUNCTIONS_STATE_MACHINE_LOGGING_ENABLED
  name       = "standard"
  role_arn   = "arn:aws:iam::123456789012:role/steps"
  definition = jsonencode({ StartAt = "Done", States = { Done = { Type = "Succeed" } } })
}

resource "aws_sfn_state_machine" "without_data" {
  name       = "without-data"
  role_arn   = "arn:aws:iam::123456789012:role/steps"
  definition = jsonencode({ StartAt = "Done", States = { Done = { Type = "Succeed" } } })

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = false # finding(all): CKV_AWS_285
    log_destination        = "${aws_cloudwatch_log_group.executions.arn}:*"
  }
}

resource "aws_sfn_state_machine" "checkout" {
  name       = "checkout"
  type       = "EXPRESS"
  role_arn   = "arn:aws:iam::123456789012:role/steps"
  definition = jsonencode({ StartAt = "Done", States = { Done = { Type = "Succeed" } } })

  logging_configuration {
    level                  = "ALL"
    include_execution_data = true
    log_destination        = "${aws_cloudwatch_log_group.executions.arn}:*"
  }
}

resource "aws_cloudwatch_log_group" "executions" {
  name = "/aws/vendedlogs/states/checkout"
}
