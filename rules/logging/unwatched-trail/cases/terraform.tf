resource "aws_cloudtrail" "unwatched" { # finding: CKV_AWS_252, CKV2_AWS_10, CloudTrail.5, CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED
  name           = "unwatched"
  s3_bucket_name = "trail"
}

resource "aws_cloudtrail" "no_topic" { # finding: CKV_AWS_252
  name                       = "no-topic"
  s3_bucket_name             = "trail"
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn  = aws_iam_role.trail.arn
}

resource "aws_cloudtrail" "no_log" { # finding: CKV2_AWS_10, CloudTrail.5, CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED
  name           = "no-log"
  s3_bucket_name = "trail"
  sns_topic_name = "trail-files"
}

resource "aws_cloudwatch_log_group" "trail" {
  name = "trail"
}

resource "aws_iam_role" "trail" {
  name = "trail"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "cloudtrail.amazonaws.com" }
    }]
  })
}

resource "aws_cloudtrail" "watched" {
  name                       = "watched"
  s3_bucket_name             = "trail"
  sns_topic_name             = "trail-files"
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn  = aws_iam_role.trail.arn
}
