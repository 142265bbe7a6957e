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

resource "aws_iam_role_policy_attachment" "administrator" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # finding: CKV_AWS_274, CKV_AWS_275
}

resource "aws_iam_role" "iam" {
  name               = "iam"
  assume_role_policy = local.assume
  managed_policy_arns = [
    "arn:aws:iam::aws:policy/IAMFullAccess", # finding: CKV2_AWS_56
  ]
}

resource "aws_iam_user" "operator" {
  name = "operator"
}

resource "aws_iam_user_policy_attachment" "power" {
  user       = aws_iam_user.operator.name
  policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess" # finding
}

resource "aws_iam_group" "operators" {
  name = "operators"
}

resource "aws_iam_group_policy_attachment" "buckets" {
  group      = aws_iam_group.operators.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3FullAccess" # finding
}

resource "aws_iam_role" "reader" {
  name               = "reader"
  assume_role_policy = local.assume
}

resource "aws_iam_policy_attachment" "readers" {
  name       = "readers"
  roles      = [aws_iam_role.reader.name]
  policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" # finding
}

resource "aws_ssoadmin_permission_set" "administrators" {
  name         = "administrators"
  instance_arn = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
}

resource "aws_ssoadmin_managed_policy_attachment" "administrators" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
  permission_set_arn = aws_ssoadmin_permission_set.administrators.arn
  managed_policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess" # finding: CKV_AWS_274, CKV_AWS_275
}

# What is kept.
resource "aws_iam_role" "function" {
  name               = "function"
  assume_role_policy = local.assume
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.function.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_partition" "current" {}

resource "aws_iam_role_policy_attachment" "traces" {
  role       = aws_iam_role.function.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

resource "aws_ssoadmin_permission_set" "watchers" {
  name         = "watchers"
  instance_arn = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
}

resource "aws_ssoadmin_managed_policy_attachment" "watchers" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
  permission_set_arn = aws_ssoadmin_permission_set.watchers.arn
  managed_policy_arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

# A benchmark asks for a role with this policy; an empty text is no boundary.
resource "aws_iam_role" "support" {
  name                 = "support"
  assume_role_policy   = local.assume
  permissions_boundary = ""
}

resource "aws_iam_role_policy_attachment" "support" {
  role       = aws_iam_role.support.name
  policy_arn = "arn:aws:iam::aws:policy/AWSSupportAccess" # finding(all)
}

resource "aws_iam_role_policy_attachment" "support_queues" {
  role       = aws_iam_role.support.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSQSFullAccess" # finding
}
