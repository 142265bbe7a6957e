data "aws_caller_identity" "current" {}

resource "aws_lambda_function" "ship" {
  function_name = "ship"
  role          = "arn:aws:iam::123456789012:role/ship"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "ship.zip"
}

resource "aws_sqs_queue" "orders" {
  name = "orders"
}

data "aws_iam_policy_document" "orders" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.orders.arn]

    principals {
      type        = "*"
      identifiers = ["*"] # finding: CKV_AWS_168, CKV_AWS_283, CKV_AWS_387, SQS.3
    }
  }
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy    = data.aws_iam_policy_document.orders.json
}

resource "aws_lambda_event_source_mapping" "orders" {
  event_source_arn = aws_sqs_queue.orders.arn
  function_name    = aws_lambda_function.ship.arn
}

# Over a topic that feeds a queue.
resource "aws_sns_topic" "news" {
  name = "news"
}

resource "aws_sns_topic_policy" "news" {
  arn = aws_sns_topic.news.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" } # finding: CKV_AWS_169, CKV_AWS_385, CKV_AWS_283, SNS.4
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.news.arn
    }]
  })
}

resource "aws_sqs_queue" "news" {
  name = "news"
}

resource "aws_sns_topic_subscription" "news" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.news.arn
}

resource "aws_lambda_event_source_mapping" "news" {
  event_source_arn = aws_sqs_queue.news.arn
  function_name    = aws_lambda_function.ship.function_name
}

resource "aws_s3_bucket" "uploads" {
  bucket = "uploads"
}

resource "aws_s3_bucket_public_access_block" "uploads" {
  bucket              = aws_s3_bucket.uploads.id
  block_public_policy = false
}

resource "aws_s3_bucket_policy" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_283
      Action    = "s3:Put*"
      Resource  = "${aws_s3_bucket.uploads.arn}/*"
    }]
  })
}

resource "aws_s3_bucket_notification" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  lambda_function {
    lambda_function_arn = aws_lambda_function.ship.arn
    events              = ["s3:ObjectCreated:*"]
  }
}

resource "aws_cloudwatch_event_bus" "partners" {
  name = "partners"
}

resource "aws_cloudwatch_event_rule" "partners" {
  name           = "partners"
  event_bus_name = aws_cloudwatch_event_bus.partners.name
  event_pattern  = jsonencode({ source = ["shop"] })
}

resource "aws_cloudwatch_event_target" "partners" {
  rule           = aws_cloudwatch_event_rule.partners.name
  event_bus_name = aws_cloudwatch_event_bus.partners.name
  arn            = aws_lambda_function.ship.arn
}

resource "aws_cloudwatch_event_bus_policy" "partners" {
  event_bus_name = aws_cloudwatch_event_bus.partners.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::210987654321:root" } # finding
      Action    = "events:PutEvents"
      Resource  = aws_cloudwatch_event_bus.partners.arn
    }]
  })
}

# One statement of a bus, without a document.
resource "aws_cloudwatch_event_permission" "everyone" {
  principal      = "*" # finding: CKV_AWS_283
  statement_id   = "everyone"
  event_bus_name = aws_cloudwatch_event_bus.partners.name
}

resource "aws_cloudwatch_event_permission" "organisation" {
  principal      = "*"
  statement_id   = "organisation"
  event_bus_name = aws_cloudwatch_event_bus.partners.name

  condition {
    key   = "aws:PrincipalOrgID"
    type  = "StringEquals"
    value = "o-a1b2c3d4e5"
  }
}

# Feeds nothing that is known here.
resource "aws_sqs_queue" "lonely" {
  name = "lonely"
}

resource "aws_sqs_queue_policy" "lonely" {
  queue_url = aws_sqs_queue.lonely.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*" # finding: CKV_AWS_168, CKV_AWS_387, CKV_AWS_283, SQS.3
        Action    = "*"
        Resource  = "*"
      },
      {
        Effect    = "Allow"
        Principal = { AWS = "210987654321" } # finding(all)
        Action    = "sqs:SendMessage"
        Resource  = "*"
      },
    ]
  })
}

resource "aws_cloudwatch_log_destination" "logs" {
  name       = "logs"
  role_arn   = "arn:aws:iam::123456789012:role/logs"
  target_arn = aws_kinesis_stream.logs.arn
}

resource "aws_cloudwatch_log_destination_policy" "logs" {
  destination_name = aws_cloudwatch_log_destination.logs.name
  access_policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_283
      Action    = "logs:PutSubscriptionFilter"
    }]
  })
}

resource "aws_kinesis_stream" "logs" {
  name        = "logs"
  shard_count = 1
}

# What is kept.
resource "aws_sqs_queue" "invoices" {
  name = "invoices"
}

resource "aws_sns_topic" "shop" {
  name = "shop"
}

resource "aws_sqs_queue_policy" "invoices" {
  queue_url = aws_sqs_queue.invoices.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.invoices.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.shop.arn } }
    }]
  })
}

resource "aws_sns_topic_policy" "shop" {
  arn = aws_sns_topic.shop.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = data.aws_caller_identity.current.account_id }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.shop.arn
    }]
  })
}

resource "aws_lambda_event_source_mapping" "invoices" {
  event_source_arn = aws_sqs_queue.invoices.arn
  function_name    = aws_lambda_function.ship.arn
}
