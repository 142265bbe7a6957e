resource "aws_cloudtrail" "stopped" {
  name           = "stopped"
  s3_bucket_name = "trail"
  enable_logging = false # finding: CKV_AWS_251
}

resource "aws_cloudtrail_event_data_store" "stopped" {
  name    = "stopped"
  suspend = true # finding
}

resource "aws_cloudtrail" "running" {
  name           = "running"
  s3_bucket_name = "trail"
  enable_logging = true
}

# The provider starts it where nothing is said.
resource "aws_cloudtrail" "unsaid" {
  name           = "unsaid"
  s3_bucket_name = "trail"
}

resource "aws_cloudtrail_event_data_store" "running" {
  name    = "running"
  suspend = false
}

resource "aws_cloudtrail_event_data_store" "unsaid" {
  name = "unsaid"
}
