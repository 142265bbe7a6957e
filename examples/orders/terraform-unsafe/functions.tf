data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/build/code.zip"
}

locals {
  runtime = "python3.9"
  environment = {
    LOG_LEVEL       = "DEBUG"
    ORDERS_TABLE    = aws_dynamodb_table.orders.name
    PAYMENT_API_URL = "http://payments.example.com/v1"
    PAYMENT_API_KEY = "paykey_live_NOTREAL_7Qm2xV9cL4tB8nWzD3kF"
  }
}

resource "aws_lambda_function" "orders" {
  function_name    = "orders-${var.stage}-orders"
  handler          = "orders.handler"
  runtime          = local.runtime
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  role             = aws_iam_role.app.arn
  timeout          = 30
  memory_size      = 256

  environment {
    variables = merge(local.environment, { QUEUE_URL = aws_sqs_queue.orders.url })
  }
}

resource "aws_lambda_function" "admin" {
  function_name    = "orders-${var.stage}-admin"
  handler          = "admin.handler"
  runtime          = local.runtime
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  role             = aws_iam_role.app.arn
  timeout          = 30
  memory_size      = 256

  environment {
    variables = local.environment
  }
}

resource "aws_lambda_function" "webhook" {
  function_name    = "orders-${var.stage}-webhook"
  handler          = "webhook.handler"
  runtime          = local.runtime
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  role             = aws_iam_role.webhook.arn
  timeout          = 30
  memory_size      = 256

  environment {
    variables = merge(local.environment, { EVENT_BUS = aws_cloudwatch_event_bus.orders.name })
  }
}

resource "aws_lambda_function_url" "webhook" {
  function_name      = aws_lambda_function.webhook.function_name
  authorization_type = "NONE"

  cors {
    allow_origins     = ["*"]
    allow_methods     = ["*"]
    allow_headers     = ["*"]
    allow_credentials = true
  }
}

resource "aws_lambda_permission" "webhook_url" {
  function_name          = aws_lambda_function.webhook.function_name
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "webhook_url_calls" {
  function_name            = aws_lambda_function.webhook.function_name
  action                   = "lambda:InvokeFunction"
  principal                = "*"
  invoked_via_function_url = true
}

resource "aws_lambda_function" "worker" {
  function_name    = "orders-${var.stage}-worker"
  handler          = "worker.handler"
  runtime          = local.runtime
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  role             = aws_iam_role.app.arn
  timeout          = 30
  memory_size      = 256

  environment {
    variables = merge(local.environment, {
      CATALOG_TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/catalog-dev"
    })
  }
}

resource "aws_lambda_event_source_mapping" "worker" {
  function_name    = aws_lambda_function.worker.arn
  event_source_arn = aws_sqs_queue.orders.arn
  batch_size       = 10
}

resource "aws_lambda_function" "invoices" {
  function_name    = "orders-${var.stage}-invoices"
  handler          = "invoices.handler"
  runtime          = local.runtime
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  role             = aws_iam_role.invoices.arn
  timeout          = 30
  memory_size      = 256

  environment {
    variables = local.environment
  }
}

resource "aws_lambda_permission" "invoices" {
  function_name = aws_lambda_function.invoices.function_name
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com"
}

resource "aws_lambda_function" "report" {
  function_name    = "orders-${var.stage}-report"
  handler          = "report.handler"
  runtime          = "python3.7"
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  role             = aws_iam_role.report.arn
  timeout          = 900
  memory_size      = 256
  layers           = ["arn:aws:lambda:eu-west-1:210987654321:layer:psycopg2-py37:3"]

  environment {
    variables = merge(local.environment, {
      DB_HOST     = aws_db_instance.reporting.address
      DB_USER     = "orders"
      DB_PASSWORD = var.db_password
    })
  }
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "orders-${var.stage}-nightly"
  schedule_expression = "cron(0 2 * * ? *)"
}

resource "aws_cloudwatch_event_target" "nightly" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_lambda_function.report.arn
}

resource "aws_lambda_permission" "nightly" {
  function_name = aws_lambda_function.report.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.nightly.arn
}

resource "aws_lambda_function" "fulfil" {
  function_name    = "orders-${var.stage}-fulfil"
  handler          = "fulfil.handler"
  runtime          = local.runtime
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  role             = aws_iam_role.app.arn
  timeout          = 30
  memory_size      = 256

  environment {
    variables = local.environment
  }
}

resource "aws_sfn_state_machine" "fulfilment" {
  name     = "orders-${var.stage}-fulfilment"
  role_arn = aws_iam_role.fulfilment.arn
  definition = templatefile("${path.module}/workflow/fulfilment.asl.json", {
    FulfilFunctionArn = aws_lambda_function.fulfil.arn
  })
}

resource "aws_cloudwatch_event_rule" "paid" {
  name           = "orders-${var.stage}-paid"
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  event_pattern  = jsonencode({ detail-type = ["OrderPaid"] })
}

resource "aws_cloudwatch_event_target" "paid" {
  rule           = aws_cloudwatch_event_rule.paid.name
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  arn            = aws_sfn_state_machine.fulfilment.arn
  role_arn       = aws_iam_role.paid.arn
}

resource "aws_cloudwatch_log_group" "orders" {
  name              = "/aws/lambda/${aws_lambda_function.orders.function_name}"
  retention_in_days = 14
}

resource "aws_cloudwatch_log_group" "worker" {
  name = "/aws/lambda/${aws_lambda_function.worker.function_name}"
}
