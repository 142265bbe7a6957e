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

resource "aws_iam_role" "worker" {
  name               = "worker"
  assume_role_policy = local.assume
}

resource "aws_iam_role_policy" "all" {
  name = "all"
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "*" # finding: CKV_AWS_1, CKV_AWS_49, CKV_AWS_62, CKV_AWS_63, CKV2_AWS_40, CKV_AWS_107, CKV_AWS_108, CKV_AWS_109, CKV_AWS_110, CKV_AWS_286, CKV_AWS_111, CKV_AWS_287, CKV_AWS_288, CKV_AWS_289, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356
      Resource = "*"
    }]
  })
}

resource "aws_iam_role_policy" "iam" {
  name = "iam"
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "iam:*" # finding: CKV2_AWS_40
      Resource = "*"
    }]
  })
}

data "aws_iam_policy_document" "all" {
  statement {
    actions   = ["*"] # finding: CKV_AWS_1, CKV_AWS_49, CKV_AWS_62, CKV_AWS_63, CKV2_AWS_40, CKV_AWS_107, CKV_AWS_108, CKV_AWS_109, CKV_AWS_110, CKV_AWS_286, CKV_AWS_111, CKV_AWS_287, CKV_AWS_288, CKV_AWS_289, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356, IAM.1, IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS
    resources = ["*"]
  }

  statement {
    actions   = ["sqs:GetQueueUrl", "sns:*"] # finding(all): IAM.21, IAM_POLICY_NO_STATEMENTS_WITH_FULL_ACCESS
    resources = ["*"]
  }
}

resource "aws_iam_policy" "all" {
  name   = "all"
  policy = data.aws_iam_policy_document.all.json
}

data "aws_iam_policy_document" "power" {
  statement {
    actions   = ["*"] # finding: CKV_AWS_49, CKV_AWS_63, CKV_AWS_107, CKV_AWS_108, CKV_AWS_109, CKV_AWS_111, CKV_AWS_287, CKV_AWS_288, CKV_AWS_289, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356
    resources = ["*"]
  }

  statement {
    effect    = "Deny"
    actions   = ["iam:*"]
    resources = ["*"]
  }
}

resource "aws_iam_group" "power" {
  name = "power"
}

resource "aws_iam_group_policy" "power" {
  name   = "power"
  group  = aws_iam_group.power.name
  policy = data.aws_iam_policy_document.power.json
}

resource "aws_iam_user" "bucket" {
  name = "bucket"
}

resource "aws_iam_user_policy" "bucket" {
  name = "bucket"
  user = aws_iam_user.bucket.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "*" # finding: CKV_AWS_49, CKV_AWS_63
        Resource = "arn:aws:s3:::orders/*"
      },
      {
        Effect   = "Allow"
        Action   = "s3:*" # finding(all)
        Resource = "arn:aws:s3:::invoices/*"
      },
    ]
  })
}

# The role of a notebook.
resource "aws_iam_role" "notebook" {
  name               = "notebook"
  assume_role_policy = local.assume

  inline_policy {
    name = "all"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = "*" # finding: CKV_AWS_1, CKV_AWS_49, CKV_AWS_62, CKV_AWS_63, CKV2_AWS_40, CKV2_AWS_68, CKV_AWS_107, CKV_AWS_108, CKV_AWS_109, CKV_AWS_110, CKV_AWS_286, CKV_AWS_111, CKV_AWS_287, CKV_AWS_288, CKV_AWS_289, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356
        Resource = "*"
      }]
    })
  }
}

resource "aws_sagemaker_notebook_instance" "notebook" {
  name          = "notebook"
  instance_type = "ml.t3.medium"
  role_arn      = aws_iam_role.notebook.arn
}

resource "aws_ssoadmin_permission_set" "operators" {
  name         = "operators"
  instance_arn = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
}

resource "aws_ssoadmin_permission_set_inline_policy" "operators" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
  permission_set_arn = aws_ssoadmin_permission_set.operators.arn
  inline_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "iam:*" # finding: CKV2_AWS_40
      Resource = "*"
    }]
  })
}

# What is kept.
resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

data "aws_iam_policy_document" "orders" {
  statement {
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [aws_dynamodb_table.orders.arn]
  }
}

resource "aws_iam_role" "orders" {
  name               = "orders"
  assume_role_policy = local.assume
}

resource "aws_iam_role_policy" "orders" {
  name   = "orders"
  role   = aws_iam_role.orders.id
  policy = data.aws_iam_policy_document.orders.json
}

resource "aws_iam_policy" "orders" {
  name   = "orders"
  policy = data.aws_iam_policy_document.orders.json
}

# The boundary leaves nothing of it.
resource "aws_iam_policy" "limit" {
  name = "limit"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "sqs:SendMessage"
      Resource = "*"
    }]
  })
}

resource "aws_iam_role" "limited" {
  name                 = "limited"
  assume_role_policy   = local.assume
  permissions_boundary = aws_iam_policy.limit.arn
}

resource "aws_iam_role_policy" "limited" {
  name = "all"
  role = aws_iam_role.limited.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "*"
    }]
  })
}
