resource "aws_lambda_function" "thumbnails" { # finding: CKV_AWS_116, LAMBDA_DLQ_CHECK
  function_name = "thumbnails"
  role          = "arn:aws:iam::123456789012:role/thumbnails"
}

resource "aws_cloudwatch_event_rule" "nightly" {
  schedule_expression = "rate(1 day)"
}

resource "aws_cloudwatch_event_target" "thumbnails" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_lambda_function.thumbnails.arn
}

resource "aws_lambda_function" "not_invoked_here" { # finding: CKV_AWS_116, LAMBDA_DLQ_CHECK
  function_name = "not-invoked-here"
  role          = "arn:aws:iam::123456789012:role/not-invoked-here"
}

resource "aws_lambda_function" "previews" {
  function_name = "previews"
  role          = "arn:aws:iam::123456789012:role/previews"

  dead_letter_config {
    target_arn = aws_sqs_queue.failed.arn
  }
}

resource "aws_lambda_function" "reports" {
  function_name = "reports"
  role          = "arn:aws:iam::123456789012:role/reports"
}

resource "aws_lambda_function_event_invoke_config" "reports" {
  function_name = aws_lambda_function.reports.function_name

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failed.arn
    }
  }
}

resource "aws_cloudwatch_event_target" "reports" {
  rule = aws_cloudwatch_event_rule.nightly.name
  arn  = aws_lambda_function.reports.arn
}

resource "aws_sqs_queue" "failed" {
  name = "failed"
}
