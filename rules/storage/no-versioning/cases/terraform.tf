resource "aws_s3_bucket" "silent" { # finding: CKV_AWS_21, S3.14, S3_BUCKET_VERSIONING_ENABLED
  bucket = "silent"
}

resource "aws_s3_bucket" "paused" {
  bucket = "paused"
}

resource "aws_s3_bucket_versioning" "paused" {
  bucket = aws_s3_bucket.paused.id
  versioning_configuration {
    status = "Suspended" # finding: CKV_AWS_21, S3.14, S3_BUCKET_VERSIONING_ENABLED
  }
}

resource "aws_s3_bucket" "inside" {
  bucket = "inside"
  versioning {
    enabled = false # finding: CKV_AWS_21, S3.14, S3_BUCKET_VERSIONING_ENABLED
  }
}

resource "aws_s3_bucket" "kept" {
  bucket = "kept"
}

resource "aws_s3_bucket_versioning" "kept" {
  bucket = aws_s3_bucket.kept.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "kept_inside" {
  bucket = "kept-inside"
  versioning {
    enabled = true
  }
}
