resource "aws_cloudtrail" "unsaid" { # finding: CKV_AWS_36, CloudTrail.4, CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED
  name           = "unsaid"
  s3_bucket_name = "trail"
}

resource "aws_cloudtrail" "off" {
  name                       = "off"
  s3_bucket_name             = "trail"
  enable_log_file_validation = false # finding: CKV_AWS_36, CloudTrail.4, CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED
}

resource "aws_cloudtrail" "on" {
  name                       = "on"
  s3_bucket_name             = "trail"
  enable_log_file_validation = true
}
