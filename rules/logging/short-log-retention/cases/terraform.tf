resource "aws_cloudwatch_log_group" "orders" {
  name              = "/aws/lambda/orders"
  retention_in_days = 14 # finding: CKV_AWS_338, CloudWatch.16, CW_LOGGROUP_RETENTION_PERIOD_CHECK
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "functions"
  retention_in_days = 7 # finding: CKV_AWS_338, CloudWatch.16, CW_LOGGROUP_RETENTION_PERIOD_CHECK
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "orders.zip"

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "access"
  retention_in_days = 30 # finding: CKV_AWS_338, CloudWatch.16, CW_LOGGROUP_RETENTION_PERIOD_CHECK
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id   = "api"
  deployment_id = "deployment"
  stage_name    = "prod"

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = "$context.requestId"
  }
}

# Nothing shows that this log records invocations.
resource "aws_cloudwatch_log_group" "build" {
  name              = "build"
  retention_in_days = 30 # finding(all): CKV_AWS_338, CloudWatch.16, CW_LOGGROUP_RETENTION_PERIOD_CHECK
}

# What is kept.
resource "aws_cloudwatch_log_group" "kept" {
  name              = "/aws/lambda/kept"
  retention_in_days = 365
}

resource "aws_cloudwatch_log_group" "unsaid" {
  name = "/aws/lambda/unsaid"
}

resource "aws_cloudwatch_log_group" "endless" {
  name              = "/aws/lambda/endless"
  retention_in_days = 0
}
