resource "aws_cloudwatch_log_group" "unsaid" { # finding: CKV_AWS_66
  name = "/aws/lambda/orders"
}

resource "aws_cloudwatch_log_group" "kept" {
  name              = "/aws/lambda/returns"
  retention_in_days = 400
}
