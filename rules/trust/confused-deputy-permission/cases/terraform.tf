data "aws_caller_identity" "current" {}

resource "aws_lambda_function" "thumbnails" {
  function_name = "thumbnails"
  role          = "arn:aws:iam::123456789012:role/thumbnails"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "thumbnails.zip"
}

resource "aws_lambda_permission" "from_bucket" {
  function_name = aws_lambda_function.thumbnails.function_name
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com" # finding: CKV_AWS_364, Lambda.1, LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED
}

resource "aws_lambda_permission" "from_topic" {
  function_name = aws_lambda_function.thumbnails.arn
  action        = "lambda:InvokeFunction"
  principal     = "sns.amazonaws.com" # finding: CKV_AWS_364
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_lambda_event_source_mapping" "jobs" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name    = aws_lambda_function.thumbnails.arn
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" } # finding
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.jobs.arn
    }]
  })
}

# Feeds no function.
resource "aws_sqs_queue" "failed" {
  name = "failed"
}

resource "aws_sqs_queue_policy" "failed" {
  queue_url = aws_sqs_queue.failed.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" } # finding(all)
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.failed.arn
    }]
  })
}

# What is kept.
resource "aws_s3_bucket" "pictures" {
  bucket = "pictures-of-the-shop"
}

resource "aws_lambda_permission" "from_our_bucket" {
  function_name  = aws_lambda_function.thumbnails.function_name
  action         = "lambda:InvokeFunction"
  principal      = "s3.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
  source_arn     = aws_s3_bucket.pictures.arn
}

resource "aws_api_gateway_rest_api" "shop" {
  name = "shop"
}

resource "aws_lambda_permission" "from_api" {
  function_name = aws_lambda_function.thumbnails.function_name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.shop.execution_arn}/*/GET/pictures"
}

resource "aws_sns_topic" "topic" {
  name = "topic"
}

resource "aws_sqs_queue" "own" {
  name = "own"
}

resource "aws_lambda_event_source_mapping" "own" {
  event_source_arn = aws_sqs_queue.own.arn
  function_name    = aws_lambda_function.thumbnails.arn
}

resource "aws_sqs_queue_policy" "own" {
  queue_url = aws_sqs_queue.own.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "sns.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.own.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.topic.arn } }
    }]
  })
}
