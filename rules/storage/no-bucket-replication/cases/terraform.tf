resource "aws_s3_bucket" "silent" { # finding: CKV_AWS_144, S3.7, S3_BUCKET_CROSS_REGION_REPLICATION_ENABLED
  bucket = "silent"
}

resource "aws_s3_bucket" "paused" {
  bucket = "paused"
}

resource "aws_s3_bucket_replication_configuration" "paused" {
  bucket = aws_s3_bucket.paused.id
  role   = "arn:aws:iam::111122223333:role/replication"
  rule {
    id     = "all"
    status = "Disabled" # finding: CKV_AWS_144, S3.7, S3_BUCKET_CROSS_REGION_REPLICATION_ENABLED
    destination {
      bucket = "arn:aws:s3:::elsewhere"
    }
  }
}

resource "aws_s3_bucket" "replicated" {
  bucket = "replicated"
}

resource "aws_s3_bucket_replication_configuration" "replicated" {
  bucket = aws_s3_bucket.replicated.id
  role   = "arn:aws:iam::111122223333:role/replication"
  rule {
    id     = "all"
    status = "Enabled"
    destination {
      bucket = "arn:aws:s3:::elsewhere"
    }
  }
}

resource "aws_s3_bucket" "inside" {
  bucket = "inside"
  replication_configuration {
    role = "arn:aws:iam::111122223333:role/replication"
    rules {
      status = "Enabled"
      destination {
        bucket = "arn:aws:s3:::elsewhere"
      }
    }
  }
}
