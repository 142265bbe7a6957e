data "aws_caller_identity" "current" {}

resource "aws_sns_topic" "news" {
  name = "news"
}

resource "aws_sns_topic_policy" "news" {
  arn = aws_sns_topic.news.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::210987654321:root" } # finding: CKV_AWS_385
      Action    = "sns:Subscribe"
      Resource  = aws_sns_topic.news.arn
    }]
  })
}

resource "aws_sns_topic_subscription" "outside" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "sqs"
  endpoint  = "arn:aws:sqs:eu-west-1:210987654321:news" # finding
}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals { # finding
      type        = "AWS"
      identifiers = ["arn:aws:iam::210987654321:role/reader"]
    }
  }

  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_kms_key" "key" {
  enable_key_rotation = true
}

resource "aws_kms_key_policy" "key" {
  key_id = aws_kms_key.key.id
  policy = data.aws_iam_policy_document.key.json
}

resource "aws_s3_bucket" "uploads" {
  bucket = "uploads"
}

resource "aws_s3_bucket_policy" "uploads" {
  bucket = aws_s3_bucket.uploads.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "210987654321" } # finding
        Action    = "s3:GetObject"
        Resource  = "${aws_s3_bucket.uploads.arn}/*"
      },
      # An account of the provider's, that logs come from.
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::156460612806:root" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.uploads.arn}/logs/*"
      },
    ]
  })
}

# What is kept.
resource "aws_sns_topic" "own" {
  name = "own"
}

resource "aws_sns_topic_policy" "own" {
  arn = aws_sns_topic.own.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:root" }
      Action    = "sns:Subscribe"
      Resource  = aws_sns_topic.own.arn
    }]
  })
}

resource "aws_sqs_queue" "own" {
  name = "own"
}

resource "aws_sns_topic_subscription" "own" {
  topic_arn = aws_sns_topic.own.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.own.arn
}
