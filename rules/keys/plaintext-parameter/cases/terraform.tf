resource "aws_ssm_parameter" "database" {
  name  = "/orders/db/password"
  type  = "String"
  value = "Sommer2024" # finding: CKV_AWS_384
}

resource "aws_ssm_parameter" "mail" {
  name           = "/orders/mail"
  type           = "String"
  insecure_value = "smtp://orders:kd92kxs0@mail.internal:465" # finding: CKV_AWS_384
}

resource "aws_ssm_parameter" "table" {
  name  = "/orders/table"
  type  = "String"
  value = "orders"
}

resource "aws_ssm_parameter" "secret_arn" {
  name  = "/orders/db/secret-arn"
  type  = "String"
  value = aws_secretsmanager_secret.database.arn
}

resource "aws_ssm_parameter" "token" {
  name  = "/orders/partner/token"
  type  = "SecureString"
  value = "CHANGE_ME"
}

resource "aws_secretsmanager_secret" "database" {
  name = "database"
}

resource "aws_ssm_parameter" "settings" {
  name = "/orders/settings"
  type = "SecureString"
  value = jsonencode({ # finding: CKV_AWS_384
    host     = "db.internal"
    password = "Sommer2024"
  })
}

resource "aws_ssm_parameter" "given" {
  name  = "/orders/db/given"
  type  = "SecureString"
  value = jsonencode({ host = "db.internal", password = var.password })
}

resource "aws_ssm_parameter" "partner" {
  name  = "/orders/partner/link"
  type  = "SecureString"
  value = "https://orders:kd92kxs0@${var.host}/" # finding: CKV_AWS_384
}

variable "password" {
  type      = string
  sensitive = true
}

variable "host" {
  type = string
}

variable "database_password" {
  type      = string
  sensitive = true
}

resource "random_password" "token" {
  length = 32
}

resource "aws_ssm_parameter" "handed_over" {
  name  = "/orders/db/password"
  type  = "String"
  value = var.database_password # finding: CKV2_AWS_34
}

resource "aws_ssm_parameter" "generated_token" {
  name  = "/orders/partner/token"
  type  = "String"
  value = random_password.token.result # finding: CKV2_AWS_34
}

resource "aws_ssm_parameter" "secure_token" {
  name  = "/orders/partner/secure-token"
  type  = "SecureString"
  value = random_password.token.result
}

resource "aws_ssm_parameter" "limit" {
  name  = "/orders/limit"
  type  = "String"
  value = var.database_password
}
