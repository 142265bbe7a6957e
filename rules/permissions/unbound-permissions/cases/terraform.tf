locals {
  assume = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

data "aws_iam_policy_document" "wide" {
  statement {
    actions   = ["s3:Get*"]
    resources = ["*"] # finding: CKV_AWS_108, CKV_AWS_288, CKV_AWS_355, CKV_AWS_356
  }

  statement {
    actions   = ["dynamodb:PutItem", "dynamodb:DeleteItem"]
    resources = ["*"] # finding: CKV_AWS_111, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = ["*"] # finding: CKV_AWS_111, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356
  }

  statement {
    actions   = ["logs:PutLogEvents"]
    resources = ["*"] # finding(all): CKV_AWS_111, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356
  }
}

resource "aws_iam_role" "wide" {
  name               = "wide"
  assume_role_policy = local.assume
}

resource "aws_iam_role_policy" "wide" {
  name   = "wide"
  role   = aws_iam_role.wide.id
  policy = data.aws_iam_policy_document.wide.json
}

resource "aws_iam_policy" "dangers" {
  name = "dangers"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "iam:CreateAccessKey"
        Resource = "*" # finding: CKV_AWS_107, CKV_AWS_287, CKV_AWS_111, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356
      },
      {
        Effect   = "Allow"
        Action   = "s3:PutBucketPolicy"
        Resource = "*" # finding: CKV_AWS_109, CKV_AWS_289, CKV_AWS_355, CKV_AWS_356
      },
      {
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "*" # finding: CKV_AWS_111, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356, KMS.1, IAM_CUSTOMER_POLICY_BLOCKED_KMS_ACTIONS
      },
      {
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "*" # finding(all): CKV_AWS_355, CKV_AWS_356
      },
      {
        Effect      = "Allow"
        Action      = "sqs:SendMessage"
        NotResource = "arn:aws:sqs:us-east-1:111122223333:audit" # finding: CKV_AWS_111, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356
      },
    ]
  })
}

# The role of a notebook.
resource "aws_iam_role" "notebook" {
  name               = "notebook"
  assume_role_policy = local.assume
}

resource "aws_iam_role_policy" "notebook" {
  name = "notebook"
  role = aws_iam_role.notebook.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = "*" # finding: CKV2_AWS_68, CKV_AWS_111, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356, KMS.2, IAM_INLINE_POLICY_BLOCKED_KMS_ACTIONS
    }]
  })
}

resource "aws_sagemaker_notebook_instance" "notebook" {
  name          = "notebook"
  instance_type = "ml.t3.medium"
  role_arn      = aws_iam_role.notebook.arn
}

# What is kept.
resource "aws_s3_bucket" "uploads" {
  bucket = "uploads"
}

data "aws_iam_policy_document" "bound" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.uploads.arn}/*"]
  }

  statement {
    actions   = ["iam:PassRole"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["states.amazonaws.com"]
    }
  }

  statement {
    actions   = ["ecr:GetAuthorizationToken", "ec2:DescribeInstances"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "bound" {
  name               = "bound"
  assume_role_policy = local.assume
}

resource "aws_iam_role_policy" "bound" {
  name   = "bound"
  role   = aws_iam_role.bound.id
  policy = data.aws_iam_policy_document.bound.json
}

resource "aws_iam_policy" "bound" {
  name   = "bound"
  policy = data.aws_iam_policy_document.bound.json
}

resource "aws_kms_key" "orders" {
  enable_key_rotation = true
}

resource "aws_iam_policy" "decrypt" {
  name = "decrypt"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "kms:Decrypt"
      Resource = aws_kms_key.orders.arn
    }]
  })
}
