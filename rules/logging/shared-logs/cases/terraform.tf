data "aws_caller_identity" "current" {}

resource "aws_cloudwatch_log_resource_policy" "open" {
  policy_name = "open"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = ["*"] } # finding
      Action    = "logs:*"
      Resource  = "*"
    }]
  })
}

data "aws_iam_policy_document" "open" {
  statement {
    actions   = ["logs:GetLogEvents"]
    resources = ["*"]

    principals {
      type        = "*"
      identifiers = ["*"] # finding
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "document" {
  policy_name     = "document"
  policy_document = data.aws_iam_policy_document.open.json
}

# What is kept.
data "aws_iam_policy_document" "delivery" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["arn:aws:logs:eu-west-1:${data.aws_caller_identity.current.account_id}:*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_cloudwatch_log_resource_policy" "delivery" {
  policy_name     = "delivery"
  policy_document = data.aws_iam_policy_document.delivery.json
}

resource "aws_cloudwatch_log_resource_policy" "organisation" {
  policy_name = "organisation"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "logs:PutLogEvents"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-1" } }
    }]
  })
}
