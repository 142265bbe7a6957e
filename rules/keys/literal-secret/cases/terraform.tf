resource "aws_secretsmanager_secret" "partner" {
  name = "partner"
}

resource "aws_secretsmanager_secret_version" "partner" {
  secret_id     = aws_secretsmanager_secret.partner.id
  secret_string = "Kj83hs-92ksl-20sk" # finding
}

resource "aws_secretsmanager_secret" "database" {
  name = "database"
}

resource "aws_secretsmanager_secret_version" "database" {
  secret_id     = aws_secretsmanager_secret.database.id
  secret_string = "{\"username\": \"orders\", \"password\": \"Sommer2024\"}" # finding
}

resource "aws_secretsmanager_secret" "later" {
  name = "later"
}

resource "aws_secretsmanager_secret_version" "later" {
  secret_id     = aws_secretsmanager_secret.later.id
  secret_string = jsonencode({ token = "REPLACE_ME", truststore = "/opt/truststore.jks" })
}

resource "aws_secretsmanager_secret" "given" {
  name = "given"
}

resource "aws_secretsmanager_secret_version" "given" {
  secret_id     = aws_secretsmanager_secret.given.id
  secret_string = jsonencode({ token = var.token })
}

variable "token" {
  type      = string
  sensitive = true
}

data "aws_secretsmanager_secret" "elsewhere" {
  name = "elsewhere"
}

resource "aws_secretsmanager_secret_version" "elsewhere" {
  secret_id     = data.aws_secretsmanager_secret.elsewhere.id
  secret_string = jsonencode({ password = "Sommer2024" }) # finding
}

resource "aws_secretsmanager_secret_version" "fine" {
  secret_id     = "orders/fine"
  secret_string = var.token
}
