resource "aws_s3_bucket" "policies" {
  bucket = "policies"
}

resource "aws_s3_bucket_public_access_block" "policies" {
  bucket                  = aws_s3_bucket.policies.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = false # finding: CKV_AWS_54, CKV2_AWS_6, S3.8, S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "restricted" {
  bucket = "restricted"
}

resource "aws_s3_bucket_public_access_block" "restricted" {
  bucket                  = aws_s3_bucket.restricted.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = false # finding: CKV_AWS_56, S3.8, S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED
}

# The block switches off what it leaves out.
resource "aws_s3_bucket" "left_out" {
  bucket = "left-out"
}

resource "aws_s3_bucket_public_access_block" "left_out" { # finding: CKV_AWS_56, S3.8, S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED
  bucket              = aws_s3_bucket.left_out.id
  block_public_acls   = true
  ignore_public_acls  = true
  block_public_policy = true
}

resource "aws_s3_bucket" "lists" {
  bucket = "lists"
}

resource "aws_s3_bucket_public_access_block" "lists" {
  bucket                  = aws_s3_bucket.lists.id
  block_public_acls       = false # finding(all): CKV_AWS_53, CKV2_AWS_6, S3.8, S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "lists_in_use" {
  bucket = "lists-in-use"
}

resource "aws_s3_bucket_ownership_controls" "lists_in_use" {
  bucket = aws_s3_bucket.lists_in_use.id
  rule {
    object_ownership = "ObjectWriter"
  }
}

resource "aws_s3_bucket_public_access_block" "lists_in_use" {
  bucket                  = aws_s3_bucket.lists_in_use.id
  block_public_acls       = true
  ignore_public_acls      = false # finding: CKV_AWS_55, S3.8, S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "silent" { # finding(all): CKV_AWS_53, CKV_AWS_54, CKV_AWS_55, CKV_AWS_56, CKV2_AWS_6
  bucket = "silent"
}

resource "aws_s3_bucket" "closed" {
  bucket = "closed"
}

resource "aws_s3_bucket_public_access_block" "closed" {
  bucket                  = aws_s3_bucket.closed.id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_access_point" "reader" {
  bucket = aws_s3_bucket.closed.id
  name   = "reader"
  public_access_block_configuration {
    block_public_acls   = true
    block_public_policy = false # finding: CKV_AWS_392, S3.19, S3_ACCESS_POINT_PUBLIC_ACCESS_BLOCKS
  }
}

resource "aws_s3_access_point" "closed" {
  bucket = aws_s3_bucket.closed.id
  name   = "closed"
}

resource "aws_s3control_multi_region_access_point" "world" {
  details {
    name = "world"
    public_access_block {
      restrict_public_buckets = false # finding: S3.24
    }
    region {
      bucket = aws_s3_bucket.closed.id
    }
  }
}

resource "aws_s3control_multi_region_access_point" "closed" {
  details {
    name = "closed"
    region {
      bucket = aws_s3_bucket.closed.id
    }
  }
}

resource "aws_s3_bucket" "half" {
  bucket = "half"
}

resource "aws_s3_bucket_public_access_block" "half" { # finding: CKV_AWS_55, CKV_AWS_56, S3.8, S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED
  bucket = aws_s3_bucket.half.id

  block_public_acls   = true
  block_public_policy = true
}
