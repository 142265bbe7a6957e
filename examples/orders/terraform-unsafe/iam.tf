data "aws_iam_policy_document" "trust" {
  for_each = toset(["lambda", "states", "events"])

  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

locals {
  basic_execution = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
  crud = [
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:Query",
    "dynamodb:Scan",
  ]
}

resource "aws_iam_role" "app" {
  name = "orders-${var.stage}-app"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow"
      Action = "sts:AssumeRole"
      Principal = {
        Service = "lambda.amazonaws.com"
        AWS     = "arn:aws:iam::210987654321:root"
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = local.basic_execution
}

resource "aws_iam_role_policy" "app" {
  name = "app"
  role = aws_iam_role.app.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["dynamodb:*", "s3:*", "sqs:*", "events:*", "kms:*", "logs:*"]
        Resource = "*"
      },
      {
        Effect   = "Allow"
        Action   = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role" "webhook" {
  name               = "orders-${var.stage}-webhook"
  assume_role_policy = data.aws_iam_policy_document.trust["lambda"].json
}

resource "aws_iam_role_policy_attachment" "webhook" {
  role       = aws_iam_role.webhook.name
  policy_arn = local.basic_execution
}

data "aws_iam_policy_document" "webhook" {
  statement {
    actions   = local.crud
    resources = ["*"]
  }

  statement {
    actions   = ["events:PutEvents"]
    resources = [aws_cloudwatch_event_bus.orders.arn]
  }
}

resource "aws_iam_role_policy" "webhook" {
  name   = "webhook"
  role   = aws_iam_role.webhook.id
  policy = data.aws_iam_policy_document.webhook.json
}

resource "aws_iam_role" "invoices" {
  name               = "orders-${var.stage}-invoices"
  assume_role_policy = data.aws_iam_policy_document.trust["lambda"].json
}

resource "aws_iam_role_policy_attachment" "invoices" {
  for_each = toset([local.basic_execution, "arn:aws:iam::aws:policy/AmazonS3FullAccess"])

  role       = aws_iam_role.invoices.name
  policy_arn = each.value
}

data "aws_iam_policy_document" "invoices" {
  statement {
    actions   = local.crud
    resources = [aws_dynamodb_table.orders.arn]
  }
}

resource "aws_iam_role_policy" "invoices" {
  name   = "invoices"
  role   = aws_iam_role.invoices.id
  policy = data.aws_iam_policy_document.invoices.json
}

resource "aws_iam_role" "report" {
  name               = "orders-${var.stage}-report"
  assume_role_policy = data.aws_iam_policy_document.trust["lambda"].json
}

resource "aws_iam_role_policy_attachment" "report" {
  for_each = toset([local.basic_execution, "arn:aws:iam::aws:policy/AdministratorAccess"])

  role       = aws_iam_role.report.name
  policy_arn = each.value
}

resource "aws_iam_role" "fulfilment" {
  name               = "orders-${var.stage}-fulfilment"
  assume_role_policy = data.aws_iam_policy_document.trust["states"].json
}

resource "aws_iam_role_policy_attachment" "fulfilment" {
  role       = aws_iam_role.fulfilment.name
  policy_arn = "arn:aws:iam::aws:policy/AWSLambda_FullAccess"
}

resource "aws_iam_role" "paid" {
  name               = "orders-${var.stage}-paid"
  assume_role_policy = data.aws_iam_policy_document.trust["events"].json
}

data "aws_iam_policy_document" "paid" {
  statement {
    actions   = ["states:StartExecution"]
    resources = [aws_sfn_state_machine.fulfilment.arn]
  }
}

resource "aws_iam_role_policy" "paid" {
  name   = "start"
  role   = aws_iam_role.paid.id
  policy = data.aws_iam_policy_document.paid.json
}

resource "aws_iam_user" "partner" {
  name = "orders-${var.stage}-partner"
}

data "aws_iam_policy_document" "partner" {
  statement {
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::orders-invoices-${var.stage}/*"]
  }
}

resource "aws_iam_user_policy" "partner" {
  name   = "upload"
  user   = aws_iam_user.partner.name
  policy = data.aws_iam_policy_document.partner.json
}

resource "aws_iam_access_key" "partner" {
  user = aws_iam_user.partner.name
}
