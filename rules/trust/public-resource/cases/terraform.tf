data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_iam_policy_document" "open_key" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals { # finding: CKV_AWS_33, CKV_AWS_283, KMS.5
      type        = "AWS"
      identifiers = ["*"]
    }
  }
}

resource "aws_kms_key" "open" {
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.open_key.json
}

resource "aws_secretsmanager_secret" "password" {
  name = "password"
}

resource "aws_secretsmanager_secret_policy" "password" {
  secret_arn = aws_secretsmanager_secret.password.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect       = "Allow"
      NotPrincipal = { AWS = "arn:aws:iam::111122223333:user/ada" } # finding: CKV_AWS_283
      Action       = "secretsmanager:GetSecretValue"
      Resource     = "*"
    }]
  })
}

resource "aws_ecr_repository" "images" {
  name = "images"
}

resource "aws_ecr_repository_policy" "images" {
  repository = aws_ecr_repository.images.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_32, CKV_AWS_283
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}

resource "aws_sqs_queue" "orders" {
  name = "orders"
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_168, CKV_AWS_387, CKV_AWS_283, SQS.3
      Action    = "sqs:Receive*"
      Resource  = aws_sqs_queue.orders.arn
      Condition = { StringEquals = { "aws:PrincipalTag/team" = "orders" } }
    }]
  })
}

resource "aws_sqs_queue" "returns" {
  name = "returns"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_168, CKV_AWS_387, CKV_AWS_283, SQS.3
      Action    = "sqs:ReceiveMessage"
      Resource  = "*"
    }]
  })
}

resource "aws_sns_topic" "news" {
  name = "news"
}

resource "aws_sns_topic_policy" "news" {
  arn = aws_sns_topic.news.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" } # finding: CKV_AWS_169, CKV_AWS_385, CKV_AWS_283, SNS.4
      Action    = "sns:Subscribe"
      Resource  = aws_sns_topic.news.arn
      Condition = { StringEquals = { "sns:Protocol" = "https" } }
    }]
  })
}

resource "aws_efs_file_system" "files" {
  encrypted = true
}

resource "aws_efs_file_system_policy" "files" {
  file_system_id = aws_efs_file_system.files.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" } # finding: CKV_AWS_283
      Action    = "elasticfilesystem:ClientMount"
    }]
  })
}

resource "aws_dynamodb_table" "table" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_resource_policy" "table" {
  resource_arn = aws_dynamodb_table.table.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_283
      Action    = "dynamodb:*"
      Resource  = "*"
    }]
  })
}

resource "aws_kms_key" "apart" {
  enable_key_rotation = true
}

resource "aws_kms_key_policy" "apart" {
  key_id = aws_kms_key.apart.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_33, CKV_AWS_283, KMS.5
      Action    = "kms:Decrypt"
      Resource  = "*"
    }]
  })
}

resource "aws_sns_topic" "inline" {
  name = "inline"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_169, CKV_AWS_385, CKV_AWS_283, SNS.4
      Action    = "sns:Subscribe"
      Resource  = "*"
    }]
  })
}

resource "aws_backup_vault" "vault" {
  name = "vault"
}

resource "aws_backup_vault_policy" "vault" {
  backup_vault_name = aws_backup_vault.vault.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_283
      Action    = "backup:StartRestoreJob"
      Resource  = "*"
    }]
  })
}

resource "aws_kinesis_stream" "stream" {
  name        = "stream"
  shard_count = 1
}

resource "aws_kinesis_resource_policy" "stream" {
  resource_arn = aws_kinesis_stream.stream.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding: CKV_AWS_283
      Action    = "kinesis:GetRecords"
      Resource  = "*"
    }]
  })
}

# What is kept.
data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:CallerAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${data.aws_region.current.name}.amazonaws.com"]
    }
  }
}

resource "aws_kms_key" "own" {
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
}

resource "aws_secretsmanager_secret" "own" {
  name = "own"
}

resource "aws_secretsmanager_secret_policy" "own" {
  secret_arn = aws_secretsmanager_secret.own.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = data.aws_caller_identity.current.account_id }
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
    }]
  })
}

resource "aws_ecr_repository" "shared" {
  name = "shared"
}

resource "aws_ecr_repository_policy" "shared" {
  repository = aws_ecr_repository.shared.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
  })
}

resource "aws_sqs_queue" "own" {
  name = "own"
}

resource "aws_sqs_queue_policy" "own" {
  queue_url = aws_sqs_queue.own.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:ReceiveMessage"
      Resource  = aws_sqs_queue.own.arn
      Condition = { StringEquals = { "aws:PrincipalAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

resource "aws_sns_topic" "own" {
  name = "own"
}

resource "aws_sns_topic_policy" "own" {
  arn = aws_sns_topic.own.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "sns:Subscribe"
      Resource  = aws_sns_topic.own.arn
      Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
    }]
  })
}
