resource "aws_s3_bucket" "open" { # finding: CKV_AWS_379, S3.5, S3_BUCKET_SSL_REQUESTS_ONLY
  bucket = "open"
}

resource "aws_s3_bucket" "refusing" {
  bucket = "refusing"
}

resource "aws_s3_bucket_policy" "refusing" {
  bucket = aws_s3_bucket.refusing.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.refusing.arn, "${aws_s3_bucket.refusing.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "documented" {
  bucket = "documented"
}

data "aws_iam_policy_document" "documented" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.documented.arn, "${aws_s3_bucket.documented.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "documented" {
  bucket = aws_s3_bucket.documented.id
  policy = data.aws_iam_policy_document.documented.json
}
