resource "aws_s3_bucket" "silent" { # finding: CKV_AWS_18, S3.9, S3_BUCKET_LOGGING_ENABLED
  bucket = "silent"
}

resource "aws_s3_bucket" "logged" {
  bucket = "logged"
}

resource "aws_s3_bucket_logging" "logged" {
  bucket        = aws_s3_bucket.logged.id
  target_bucket = "access-logs"
  target_prefix = "logged/"
}

resource "aws_s3_bucket" "inside" {
  bucket = "inside"
  logging {
    target_bucket = "access-logs"
    target_prefix = "inside/"
  }
}
