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

resource "aws_iam_role" "deployer" {
  name               = "deployer"
  assume_role_policy = local.assume
}

resource "aws_iam_role_policy" "deployer" {
  name = "deploy"
  role = aws_iam_role.deployer.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { # finding: CKV_AWS_110, CKV_AWS_286
        Effect = "Allow"
        Action = [
          "iam:PassRole",
          "lambda:CreateFunction",
          "lambda:InvokeFunction",
        ]
        Resource = "*"
      },
    ]
  })
}

# What is kept.
resource "aws_iam_role" "worker" {
  name               = "worker"
  assume_role_policy = local.assume
}

data "aws_iam_policy_document" "bound" {
  statement {
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.worker.arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }

  statement {
    actions   = ["lambda:CreateFunction"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "bound" {
  name               = "bound"
  assume_role_policy = local.assume
}

resource "aws_iam_role_policy" "bound" {
  name   = "deploy"
  role   = aws_iam_role.bound.id
  policy = data.aws_iam_policy_document.bound.json
}

# Made by AWS for a service that nobody tells what to do with it.
resource "aws_iam_role" "batch" {
  name = "batch"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "batch.amazonaws.com" } }]
  })
  managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole"] # finding(all): CKV_AWS_110, CKV_AWS_286
}

# The same for a function.
resource "aws_iam_role" "misused" {
  name               = "misused"
  assume_role_policy = local.assume
}

resource "aws_iam_role_policy_attachment" "misused" {
  role       = aws_iam_role.misused.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole" # finding: CKV_AWS_110, CKV_AWS_286
}
