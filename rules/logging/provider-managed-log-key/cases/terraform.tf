resource "aws_kms_key" "logs" {
  enable_key_rotation = true
}

resource "aws_cloudwatch_log_group" "orders" { # finding: CKV_AWS_158, CLOUDWATCH_LOG_GROUP_ENCRYPTED
  name              = "/aws/lambda/orders"
  retention_in_days = 365
}

resource "aws_cloudwatch_log_group" "kept" {
  name              = "/aws/lambda/kept"
  retention_in_days = 365
  kms_key_id        = aws_kms_key.logs.arn
}

resource "aws_cloudtrail" "trail" { # finding: CKV_AWS_35, CloudTrail.2, CLOUD_TRAIL_ENCRYPTION_ENABLED
  name           = "trail"
  s3_bucket_name = "trail"
}

resource "aws_cloudtrail" "kept" {
  name           = "kept"
  s3_bucket_name = "trail"
  kms_key_id     = aws_kms_key.logs.arn
}

resource "aws_cloudtrail_event_data_store" "lake" { # finding: CKV_AWS_294
  name = "lake"
}

resource "aws_cloudtrail_event_data_store" "kept" {
  name       = "kept"
  kms_key_id = aws_kms_key.logs.arn
}
