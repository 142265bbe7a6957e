resource "aws_cloudtrail" "trail" {
  name           = "trail"
  s3_bucket_name = "trails"

  event_selector { # finding
    read_write_type = "ReadOnly"

    data_resource {
      type   = "AWS::Lambda::Function"
      values = ["arn:aws:lambda"]
    }
  }
}

resource "aws_lambda_function" "pay" {
  function_name = "pay"
  role          = "arn:aws:iam::123456789012:role/pay"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "pay.zip"
}
