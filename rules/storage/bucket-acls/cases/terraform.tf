resource "aws_s3_bucket" "drop" {
  bucket = "drop"
}

resource "aws_s3_bucket_ownership_controls" "drop" {
  bucket = aws_s3_bucket.drop.id
  rule {
    object_ownership = "BucketOwnerPreferred" # finding: CKV2_AWS_65
  }
}

resource "aws_s3_bucket" "enforced" {
  bucket = "enforced"
}

resource "aws_s3_bucket_ownership_controls" "enforced" {
  bucket = aws_s3_bucket.enforced.id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket" "silent" {
  bucket = "silent"
}
