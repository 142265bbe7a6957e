data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/build/code.zip"
}

locals {
  environment = {
    LOG_LEVEL    = "INFO"
    ORDERS_TABLE = aws_dynamodb_table.orders.name
  }
}

resource "aws_signer_signing_profile" "code" {
  platform_id = "AWSLambda-SHA384-ECDSA"
}

resource "aws_lambda_code_signing_config" "code" {
  allowed_publishers {
    signing_profile_version_arns = [aws_signer_signing_profile.code.version_arn]
  }

  policies {
    untrusted_artifact_on_deployment = "Enforce"
  }
}

resource "aws_lambda_function" "orders" {
  function_name                  = "orders-${var.stage}-orders"
  handler                        = "orders.handler"
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  filename                       = data.archive_file.code.output_path
  source_code_hash               = data.archive_file.code.output_base64sha256
  code_signing_config_arn        = aws_lambda_code_signing_config.code.arn
  kms_key_arn                    = aws_kms_key.data.arn
  role                           = aws_iam_role.functions["orders"].arn
  publish                        = true
  timeout                        = 10
  memory_size                    = 256
  reserved_concurrent_executions = 50

  environment {
    variables = merge(local.environment, {
      QUEUE_URL = aws_sqs_queue.orders.url
    })
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logs["orders"].name
  }

  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_function" "admin" {
  function_name                  = "orders-${var.stage}-admin"
  handler                        = "admin.handler"
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  filename                       = data.archive_file.code.output_path
  source_code_hash               = data.archive_file.code.output_base64sha256
  code_signing_config_arn        = aws_lambda_code_signing_config.code.arn
  kms_key_arn                    = aws_kms_key.data.arn
  role                           = aws_iam_role.functions["admin"].arn
  publish                        = true
  timeout                        = 10
  memory_size                    = 256
  reserved_concurrent_executions = 2

  environment {
    variables = local.environment
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logs["admin"].name
  }

  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_function" "webhook" {
  function_name                  = "orders-${var.stage}-webhook"
  handler                        = "webhook.handler"
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  filename                       = data.archive_file.code.output_path
  source_code_hash               = data.archive_file.code.output_base64sha256
  code_signing_config_arn        = aws_lambda_code_signing_config.code.arn
  kms_key_arn                    = aws_kms_key.data.arn
  role                           = aws_iam_role.functions["webhook"].arn
  publish                        = true
  timeout                        = 10
  memory_size                    = 256
  reserved_concurrent_executions = 10

  environment {
    variables = merge(local.environment, {
      PAYMENT_SECRET_ARN = aws_secretsmanager_secret.payment.arn
      EVENT_BUS          = aws_cloudwatch_event_bus.orders.name
    })
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logs["webhook"].name
  }

  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_function" "webhook_authorizer" {
  function_name                  = "orders-${var.stage}-webhook-authorizer"
  handler                        = "webhook_authorizer.handler"
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  filename                       = data.archive_file.code.output_path
  source_code_hash               = data.archive_file.code.output_base64sha256
  code_signing_config_arn        = aws_lambda_code_signing_config.code.arn
  kms_key_arn                    = aws_kms_key.data.arn
  role                           = aws_iam_role.functions["webhook_authorizer"].arn
  publish                        = true
  timeout                        = 10
  memory_size                    = 256
  reserved_concurrent_executions = 10

  environment {
    variables = merge(local.environment, {
      PAYMENT_SECRET_ARN = aws_secretsmanager_secret.payment.arn
    })
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logs["webhook-authorizer"].name
  }

  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_function" "rotation" {
  function_name                  = "orders-${var.stage}-rotation"
  handler                        = "rotation.handler"
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  filename                       = data.archive_file.code.output_path
  source_code_hash               = data.archive_file.code.output_base64sha256
  code_signing_config_arn        = aws_lambda_code_signing_config.code.arn
  kms_key_arn                    = aws_kms_key.data.arn
  role                           = aws_iam_role.functions["rotation"].arn
  publish                        = true
  timeout                        = 10
  memory_size                    = 256
  reserved_concurrent_executions = 1

  environment {
    variables = merge(local.environment, {
      PAYMENT_API_URL = "https://payments.example.com/v1"
    })
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logs["rotation"].name
  }

  tracing_config {
    mode = "Active"
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_lambda_function" "worker" {
  function_name                  = "orders-${var.stage}-worker"
  handler                        = "worker.handler"
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  filename                       = data.archive_file.code.output_path
  source_code_hash               = data.archive_file.code.output_base64sha256
  code_signing_config_arn        = aws_lambda_code_signing_config.code.arn
  kms_key_arn                    = aws_kms_key.data.arn
  role                           = aws_iam_role.functions["worker"].arn
  publish                        = true
  timeout                        = 30
  memory_size                    = 256
  reserved_concurrent_executions = 10

  environment {
    variables = merge(local.environment, {
      PAYMENT_API_URL    = "https://payments.example.com/v1"
      PAYMENT_SECRET_ARN = aws_secretsmanager_secret.payment.arn
    })
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logs["worker"].name
  }

  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_function" "fulfil" {
  function_name                  = "orders-${var.stage}-fulfil"
  handler                        = "fulfil.handler"
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  filename                       = data.archive_file.code.output_path
  source_code_hash               = data.archive_file.code.output_base64sha256
  code_signing_config_arn        = aws_lambda_code_signing_config.code.arn
  kms_key_arn                    = aws_kms_key.data.arn
  role                           = aws_iam_role.functions["fulfil"].arn
  publish                        = true
  timeout                        = 10
  memory_size                    = 256
  reserved_concurrent_executions = 10

  environment {
    variables = local.environment
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logs["fulfil"].name
  }

  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_function" "invoices" {
  function_name                  = "orders-${var.stage}-invoices"
  handler                        = "invoices.handler"
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  filename                       = data.archive_file.code.output_path
  source_code_hash               = data.archive_file.code.output_base64sha256
  code_signing_config_arn        = aws_lambda_code_signing_config.code.arn
  kms_key_arn                    = aws_kms_key.data.arn
  role                           = aws_iam_role.functions["invoices"].arn
  publish                        = true
  timeout                        = 60
  memory_size                    = 256
  reserved_concurrent_executions = 5

  environment {
    variables = merge(local.environment, {
      ACCOUNT_ID     = local.account
      INVOICE_BUCKET = local.invoice_bucket
    })
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logs["invoices"].name
  }

  tracing_config {
    mode = "Active"
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_lambda_function" "report" {
  function_name                  = "orders-${var.stage}-report"
  handler                        = "report.handler"
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  filename                       = data.archive_file.code.output_path
  source_code_hash               = data.archive_file.code.output_base64sha256
  code_signing_config_arn        = aws_lambda_code_signing_config.code.arn
  kms_key_arn                    = aws_kms_key.data.arn
  role                           = aws_iam_role.functions["report"].arn
  publish                        = true
  timeout                        = 900
  memory_size                    = 256
  reserved_concurrent_executions = 1

  environment {
    variables = merge(local.environment, {
      DB_HOST = aws_rds_cluster.reporting.endpoint
      DB_USER = "report"
    })
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.logs["report"].name
  }

  tracing_config {
    mode = "Active"
  }

  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }

  vpc_config {
    subnet_ids         = aws_subnet.private[*].id
    security_group_ids = [aws_security_group.database_clients.id]
  }
}

resource "aws_lambda_alias" "live" {
  for_each = {
    fulfil             = aws_lambda_function.fulfil
    invoices           = aws_lambda_function.invoices
    orders             = aws_lambda_function.orders
    admin              = aws_lambda_function.admin
    report             = aws_lambda_function.report
    rotation           = aws_lambda_function.rotation
    webhook            = aws_lambda_function.webhook
    webhook_authorizer = aws_lambda_function.webhook_authorizer
    worker             = aws_lambda_function.worker
  }

  name             = "live"
  function_name    = each.value.function_name
  function_version = each.value.version
}

resource "aws_lambda_event_source_mapping" "worker" {
  function_name           = aws_lambda_alias.live["worker"].arn
  event_source_arn        = aws_sqs_queue.orders.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 10
  }
}

resource "aws_lambda_permission" "invoices" {
  function_name  = aws_lambda_function.invoices.function_name
  qualifier      = aws_lambda_alias.live["invoices"].name
  action         = "lambda:InvokeFunction"
  principal      = "s3.amazonaws.com"
  source_arn     = aws_s3_bucket.invoices.arn
  source_account = local.account
}

resource "aws_lambda_permission" "rotation" {
  function_name  = aws_lambda_function.rotation.function_name
  qualifier      = aws_lambda_alias.live["rotation"].name
  action         = "lambda:InvokeFunction"
  principal      = "secretsmanager.amazonaws.com"
  source_arn     = aws_secretsmanager_secret.payment.arn
  source_account = local.account
}

resource "aws_scheduler_schedule" "nightly" {
  name                = "orders-${var.stage}-nightly"
  schedule_expression = "cron(0 2 * * ? *)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_alias.live["report"].arn
    role_arn = aws_iam_role.services["nightly"].arn

    retry_policy {
      maximum_retry_attempts = 2
    }
  }
}

resource "aws_sfn_state_machine" "fulfilment" {
  name     = "orders-${var.stage}-fulfilment"
  role_arn = aws_iam_role.services["fulfilment"].arn
  definition = templatefile("${path.module}/workflow/fulfilment.asl.json", {
    FulfilFunctionArn = aws_lambda_alias.live["fulfil"].arn
  })

  logging_configuration {
    level                  = "ALL"
    include_execution_data = false
    log_destination        = "${aws_cloudwatch_log_group.logs["workflow"].arn}:*"
  }

  tracing_configuration {
    enabled = true
  }
}

resource "aws_cloudwatch_event_rule" "paid" {
  name           = "orders-${var.stage}-paid"
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  event_pattern = jsonencode({
    source      = ["orders"]
    detail-type = ["OrderPaid"]
    account     = [local.account]
  })
}

resource "aws_cloudwatch_event_target" "paid" {
  rule           = aws_cloudwatch_event_rule.paid.name
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  arn            = aws_sfn_state_machine.fulfilment.arn
  role_arn       = aws_iam_role.services["paid"].arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}
