# Each function has a role of its own, with what it needs and no more.

data "aws_iam_policy_document" "trust" {
  for_each = {
    lambda     = "lambda.amazonaws.com"
    nightly    = "scheduler.amazonaws.com"
    fulfilment = "states.amazonaws.com"
    paid       = "events.amazonaws.com"
    trail      = "cloudtrail.amazonaws.com"
    flow_log   = "vpc-flow-logs.amazonaws.com"
    monitoring = "monitoring.rds.amazonaws.com"
  }

  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = [each.value]
    }

    # Lambda does not say for whom it asks.
    dynamic "condition" {
      for_each = each.key == "lambda" ? [] : [local.account]
      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [condition.value]
      }
    }
  }
}

locals {
  functions = {
    orders = [
      { actions = ["sqs:SendMessage"], resources = [aws_sqs_queue.orders.arn] },
      { actions = ["dynamodb:PutItem", "dynamodb:GetItem"], resources = [aws_dynamodb_table.orders.arn] },
      { actions = ["dynamodb:Query"], resources = ["${aws_dynamodb_table.orders.arn}/index/by-customer"] },
    ]
    admin = [
      { actions = ["dynamodb:UpdateItem", "dynamodb:DeleteItem"], resources = [aws_dynamodb_table.orders.arn] },
    ]
    webhook = [
      { actions = ["secretsmanager:GetSecretValue"], resources = [aws_secretsmanager_secret.payment.arn] },
      { actions = ["events:PutEvents"], resources = [aws_cloudwatch_event_bus.orders.arn] },
      { actions = ["dynamodb:UpdateItem"], resources = [aws_dynamodb_table.orders.arn] },
    ]
    webhook_authorizer = [
      { actions = ["secretsmanager:GetSecretValue"], resources = [aws_secretsmanager_secret.payment.arn] },
    ]
    rotation = [
      {
        actions = [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ]
        resources = [aws_secretsmanager_secret.payment.arn]
      },
      { actions = ["sqs:SendMessage"], resources = [aws_sqs_queue.dead_letters.arn] },
    ]
    worker = [
      {
        actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        resources = [aws_sqs_queue.orders.arn]
      },
      { actions = ["secretsmanager:GetSecretValue"], resources = [aws_secretsmanager_secret.payment.arn] },
      { actions = ["dynamodb:UpdateItem"], resources = [aws_dynamodb_table.orders.arn] },
    ]
    fulfil = [
      { actions = ["dynamodb:UpdateItem"], resources = [aws_dynamodb_table.orders.arn] },
    ]
    invoices = [
      {
        actions   = ["s3:GetObject"]
        resources = ["arn:${local.partition}:s3:::${local.invoice_bucket}/incoming/*"]
      },
      { actions = ["dynamodb:UpdateItem"], resources = [aws_dynamodb_table.orders.arn] },
      { actions = ["sqs:SendMessage"], resources = [aws_sqs_queue.dead_letters.arn] },
    ]
    report = [
      { actions = ["dynamodb:Scan"], resources = [aws_dynamodb_table.orders.arn] },
      {
        actions = ["rds-db:connect"]
        resources = [
          "arn:${local.partition}:rds-db:${local.region}:${local.account}:dbuser:${aws_rds_cluster.reporting.cluster_resource_id}/report",
        ]
      },
      { actions = ["sqs:SendMessage"], resources = [aws_sqs_queue.dead_letters.arn] },
    ]
  }
}

resource "aws_iam_role" "functions" {
  for_each = toset(keys(local.functions))

  name               = "orders-${var.stage}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust["lambda"].json
}

data "aws_iam_policy_document" "functions" {
  for_each = local.functions

  dynamic "statement" {
    for_each = each.value
    content {
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }

  statement {
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.data.arn]
  }

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.logs[replace(each.key, "_", "-")].arn}:*"]
  }
}

resource "aws_iam_role_policy" "functions" {
  for_each = local.functions

  name   = "needs"
  role   = aws_iam_role.functions[each.key].id
  policy = data.aws_iam_policy_document.functions[each.key].json
}

resource "aws_iam_role_policy_attachment" "tracing" {
  for_each = local.functions

  role       = aws_iam_role.functions[each.key].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

resource "aws_iam_role_policy_attachment" "report_network" {
  role       = aws_iam_role.functions["report"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
}

locals {
  services = {
    nightly = [
      { actions = ["lambda:InvokeFunction"], resources = [aws_lambda_alias.live["report"].arn] },
    ]
    fulfilment = [
      { actions = ["lambda:InvokeFunction"], resources = [aws_lambda_alias.live["fulfil"].arn] },
      {
        actions = [
          "xray:PutTraceSegments",
          "xray:PutTelemetryRecords",
          "xray:GetSamplingRules",
          "xray:GetSamplingTargets",
        ]
        resources = ["*"]
      },
      # Log delivery has no resource.
      {
        actions = [
          "logs:CreateLogDelivery",
          "logs:GetLogDelivery",
          "logs:UpdateLogDelivery",
          "logs:DeleteLogDelivery",
          "logs:ListLogDeliveries",
          "logs:PutResourcePolicy",
          "logs:DescribeResourcePolicies",
          "logs:DescribeLogGroups",
        ]
        resources = ["*"]
      },
    ]
    paid = [
      { actions = ["states:StartExecution"], resources = [aws_sfn_state_machine.fulfilment.arn] },
    ]
    trail = [
      {
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        resources = ["${aws_cloudwatch_log_group.logs["trail"].arn}:*"]
      },
    ]
    flow_log = [
      {
        actions   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        resources = ["${aws_cloudwatch_log_group.logs["flow"].arn}:*"]
      },
    ]
  }
}

resource "aws_iam_role" "services" {
  for_each = toset(["nightly", "fulfilment", "paid", "trail", "flow_log", "monitoring"])

  name               = "orders-${var.stage}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

data "aws_iam_policy_document" "services" {
  for_each = local.services

  dynamic "statement" {
    for_each = each.value
    content {
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role_policy" "services" {
  for_each = local.services

  name   = "needs"
  role   = aws_iam_role.services[each.key].id
  policy = data.aws_iam_policy_document.services[each.key].json
}

resource "aws_iam_role_policy_attachment" "monitoring" {
  role       = aws_iam_role.services["monitoring"].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
