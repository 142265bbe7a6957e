resource "aws_lambda_function" "pay" {
  function_name = "pay-prod"
  role          = "arn:aws:iam::123456789012:role/pay-prod"

  environment {
    variables = {
      TABLE = "payments-dev" # finding
      QUEUE = "payments-prod"
    }
  }
}

variable "stage" {
  type = string
}

resource "aws_lambda_function" "parameterised" {
  function_name = "pay-${var.stage}"
  role          = "arn:aws:iam::123456789012:role/pay"

  environment {
    variables = {
      TABLE = "payments-${var.stage}"
    }
  }
}

resource "aws_lambda_function" "report" {
  function_name = "report-prod"
  role          = "arn:aws:iam::123456789012:role/report"

  environment {
    variables = {
      MODE  = "development"
      TABLE = "products-prod"
    }
  }
}

resource "aws_sqs_queue" "test" {
  name = "orders-test"
}

resource "aws_lambda_event_source_mapping" "pay" {
  function_name    = aws_lambda_function.pay.arn
  event_source_arn = aws_sqs_queue.test.arn # finding
}

resource "aws_sqs_queue" "prod" {
  name = "orders-prod"
}

resource "aws_lambda_event_source_mapping" "report" {
  function_name    = aws_lambda_function.report.arn
  event_source_arn = aws_sqs_queue.prod.arn
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id   = "a1b2c3"
  deployment_id = "d4e5f6"
  stage_name    = "prod"

  variables = {
    table = "orders-staging" # finding
    queue = "orders-prod"
  }
}

resource "aws_apigatewayv2_stage" "dev" {
  api_id = "a1b2c3"
  name   = "dev"

  stage_variables = {
    table = "orders-prod" # finding
  }
}
