data "aws_caller_identity" "current" {}

resource "aws_sqs_queue" "orders" {
  name = "orders"
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { # finding: CKV_AWS_72
        Effect    = "Allow"
        Principal = { AWS = data.aws_caller_identity.current.account_id }
        Action    = "*"
        Resource  = aws_sqs_queue.orders.arn
      },
    ]
  })
}

data "aws_iam_policy_document" "returns" {
  statement { # finding: CKV_AWS_72
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.returns.arn]

    principals {
      type        = "AWS"
      identifiers = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_sqs_queue" "returns" {
  name = "returns"
}

resource "aws_sqs_queue_policy" "returns" {
  queue_url = aws_sqs_queue.returns.url
  policy    = data.aws_iam_policy_document.returns.json
}

# What is kept.
resource "aws_sqs_queue" "kept" {
  name = "kept"
}

resource "aws_sqs_queue_policy" "kept" {
  queue_url = aws_sqs_queue.kept.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = data.aws_caller_identity.current.account_id }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.kept.arn
    }]
  })
}
