data "aws_caller_identity" "current" {}

resource "aws_iam_role" "open" {
  name = "open"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" } # finding: CKV_AWS_60, CKV_AWS_283
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "supplier" {
  statement {
    actions = ["sts:AssumeRole"]

    principals { # finding: CKV_AWS_61
      type        = "AWS"
      identifiers = ["arn:aws:iam::210987654321:root"]
    }
  }
}

resource "aws_iam_role" "supplier" {
  name               = "supplier"
  assume_role_policy = data.aws_iam_policy_document.supplier.json
}

resource "aws_iam_role" "own_account" {
  name = "own-account"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = data.aws_caller_identity.current.account_id } # finding(all): CKV_AWS_61
      Action    = "sts:AssumeRole"
    }]
  })
}

# What is kept.
resource "aws_iam_role" "function" {
  name = "function"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

data "aws_iam_policy_document" "known_supplier" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::210987654321:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["5b8f2d41"]
    }
  }
}

resource "aws_iam_role" "known_supplier" {
  name               = "known-supplier"
  assume_role_policy = data.aws_iam_policy_document.known_supplier.json
}
