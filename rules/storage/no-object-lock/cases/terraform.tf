resource "aws_s3_bucket" "silent" { # finding: CKV_AWS_143, S3.15, S3_BUCKET_DEFAULT_LOCK_ENABLED
  bucket = "silent"
}

resource "aws_s3_bucket" "locked" {
  bucket              = "locked"
  object_lock_enabled = true
}

resource "aws_s3_bucket" "configured" {
  bucket = "configured"
}

resource "aws_s3_bucket_object_lock_configuration" "configured" {
  bucket = aws_s3_bucket.configured.id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 365
    }
  }
}
