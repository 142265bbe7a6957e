resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"

  environment {
    variables = {
      AWS_KEY               = "AKIAIOSFODNN7EXAMPLE"                                            # finding: CKV_AWS_45
      AWS_SECRET_ACCESS_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"                        # finding: CKV_AWS_45
      DB_PASSWORD           = "hunter2"                                                         # finding
      DATABASE_URL          = "postgres://app:hunter2@${aws_db_instance.orders.address}/orders" # finding
      API_KEY               = "my-secret-key"                                                   # finding
      WEBHOOK_SECRET        = "9c41d84e0ab6f2c97f3b2a9c"                                        # finding
    }
  }
}

resource "aws_db_instance" "orders" {
  identifier = "orders"
  engine     = "postgres"
}

variable "partner_password" {
  type      = string
  sensitive = true
}

resource "aws_lambda_function" "careful" {
  function_name = "careful"
  role          = "arn:aws:iam::123456789012:role/careful"

  environment {
    variables = {
      DB_SECRET_ARN       = aws_secretsmanager_secret.database.arn
      API_KEY_NAME        = "/orders/api-key"
      PARTNER_PASSWORD    = var.partner_password
      PASSWORD_MIN_LENGTH = "12"
      SECRET              = "orders/database"
      TOKEN               = "<your token>"
      STAGE               = "production"
    }
  }
}

resource "aws_secretsmanager_secret" "database" {
  name = "orders/database"
}
