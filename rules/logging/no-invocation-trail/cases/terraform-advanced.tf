resource "aws_cloudtrail" "trail" {
  name           = "trail"
  s3_bucket_name = "trails"

  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }

    field_selector {
      field  = "resources.type"
      equals = ["AWS::Lambda::Function"]
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
