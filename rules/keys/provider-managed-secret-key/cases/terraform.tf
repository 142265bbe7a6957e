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
