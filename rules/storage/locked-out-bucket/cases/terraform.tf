resource "aws_s3_bucket" "archive" {
  bucket = "archive"
}

resource "aws_s3_bucket_policy" "archive" {
  bucket = aws_s3_bucket.archive.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { # finding: CKV_AWS_93
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.archive.arn, "${aws_s3_bucket.archive.arn}/*"]
      },
    ]
  })
}

resource "aws_s3_bucket" "documented" {
  bucket = "documented"
}

data "aws_iam_policy_document" "documented" {
  statement { # finding: CKV_AWS_93
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.documented.arn, "${aws_s3_bucket.documented.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "documented" {
  bucket = aws_s3_bucket.documented.id
  policy = data.aws_iam_policy_document.documented.json
}

resource "aws_s3_bucket" "spared" {
  bucket = "spared"
}

resource "aws_s3_bucket_policy" "spared" {
  bucket = aws_s3_bucket.spared.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.spared.arn, "${aws_s3_bucket.spared.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [aws_s3_bucket.spared.arn, "${aws_s3_bucket.spared.arn}/*"]
        Condition = { StringNotLike = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/admin" } }
      },
    ]
  })
}
