resource "aws_secretsmanager_secret" "silent" { # finding: CKV_AWS_149, SECRETSMANAGER_USING_CMK
  name = "silent"
}

resource "aws_secretsmanager_secret" "managed" {
  name       = "managed"
  kms_key_id = "alias/aws/secretsmanager" # finding: CKV_AWS_149, SECRETSMANAGER_USING_CMK
}

resource "aws_secretsmanager_secret" "own" {
  name       = "own"
  kms_key_id = aws_kms_key.secrets.arn
}

resource "aws_kms_key" "secrets" {
  enable_key_rotation = true
}

resource "aws_ssm_parameter" "shared_key" { # finding: CKV_AWS_337
  name  = "/orders/shared"
  type  = "SecureString"
  value = var.token
}

resource "aws_ssm_parameter" "named_key" {
  name   = "/orders/named"
  type   = "SecureString"
  value  = var.token
  key_id = "alias/aws/ssm" # finding: CKV_AWS_337
}

resource "aws_ssm_parameter" "own_key" {
  name   = "/orders/own"
  type   = "SecureString"
  value  = var.token
  key_id = "alias/orders"
}

resource "aws_ssm_parameter" "open" {
  name  = "/orders/table"
  type  = "String"
  value = "orders"
}

variable "token" {
  type = string
}
