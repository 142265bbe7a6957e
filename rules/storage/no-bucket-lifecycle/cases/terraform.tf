resource "aws_s3_bucket" "exports" { # finding: CKV2_AWS_61, S3.13, S3_LIFECYCLE_POLICY_CHECK
  bucket = "exports"
}

# Nothing removes the parts of failed uploads.
resource "aws_s3_bucket" "uploads" {
  bucket = "uploads"
}

resource "aws_s3_bucket_lifecycle_configuration" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  rule { # finding: CKV_AWS_300
    id     = "old"
    status = "Enabled"
    expiration {
      days = 30
    }
  }
}

resource "aws_s3_bucket" "inside" {
  bucket = "inside"
  lifecycle_rule { # finding: CKV_AWS_300
    enabled = true
    expiration {
      days = 30
    }
  }
}

resource "aws_s3_bucket" "cleaned" {
  bucket = "cleaned"
}

resource "aws_s3_bucket_lifecycle_configuration" "cleaned" {
  bucket = aws_s3_bucket.cleaned.id
  rule {
    id     = "old"
    status = "Enabled"
    expiration {
      days = 30
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket" "cleaned_inside" {
  bucket = "cleaned-inside"
  lifecycle_rule {
    enabled                                = true
    abort_incomplete_multipart_upload_days = 7
    expiration {
      days = 30
    }
  }
}
