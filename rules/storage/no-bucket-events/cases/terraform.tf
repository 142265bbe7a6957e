resource "aws_s3_bucket" "silent" { # finding: CKV2_AWS_62, S3.11, S3_EVENT_NOTIFICATIONS_ENABLED
  bucket = "silent"
}

resource "aws_s3_bucket" "bus" {
  bucket = "bus"
}

resource "aws_s3_bucket_notification" "bus" {
  bucket      = aws_s3_bucket.bus.id
  eventbridge = true
}

resource "aws_s3_bucket" "function" {
  bucket = "function"
}

resource "aws_s3_bucket_notification" "function" {
  bucket = aws_s3_bucket.function.id
  lambda_function {
    lambda_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:uploads"
    events              = ["s3:ObjectCreated:*"]
  }
}
