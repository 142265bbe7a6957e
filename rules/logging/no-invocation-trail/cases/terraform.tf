resource "aws_cloudtrail" "trail" { # finding
  name           = "trail"
  s3_bucket_name = "trails"
}

resource "aws_lambda_function" "pay" {
  function_name = "pay"
  role          = "arn:aws:iam::123456789012:role/pay"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "pay.zip"
}
