resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "anybody" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals { # finding: CKV_AWS_358, CKV_AWS_393
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "anybody" {
  name               = "anybody"
  assume_role_policy = data.aws_iam_policy_document.anybody.json
}

data "aws_caller_identity" "current" {}

resource "aws_iam_role" "by_name" {
  name = "by-name"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/token.actions.githubusercontent.com" } # finding: CKV_AWS_358, CKV_AWS_393
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = { "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com" }
      }
    }]
  })
}

# What is kept.
data "aws_iam_policy_document" "ours" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:acme/orders:*"]
    }
  }
}

resource "aws_iam_role" "ours" {
  name               = "ours"
  assume_role_policy = data.aws_iam_policy_document.ours.json
}
