resource "aws_s3_bucket" "silent" { # finding: CKV_AWS_19, S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED
  bucket = "silent"
}

resource "aws_s3_bucket" "said" {
  bucket = "said"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "said" {
  bucket = aws_s3_bucket.said.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket" "inside" {
  bucket = "inside"
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "AES256"
      }
    }
  }
}
