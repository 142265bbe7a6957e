resource "aws_dynamodb_table" "orders" {
  name         = "orders-${var.stage}"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders-${var.stage}"
  sqs_managed_sse_enabled    = false
  visibility_timeout_seconds = 180
}

resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "sqs:SendMessage", Resource = aws_sqs_queue.orders.arn },
    ]
  })
}

resource "aws_cloudwatch_event_bus" "orders" {
  name = "orders-${var.stage}"
}

resource "aws_cloudwatch_event_bus_policy" "orders" {
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "partners"
        Effect    = "Allow"
        Principal = "*"
        Action    = "events:PutEvents"
        Resource  = aws_cloudwatch_event_bus.orders.arn
      },
    ]
  })
}

resource "aws_s3_bucket" "invoices" {
  bucket = "orders-invoices-${var.stage}"
}

resource "aws_s3_bucket_ownership_controls" "invoices" {
  bucket = aws_s3_bucket.invoices.id

  rule {
    object_ownership = "ObjectWriter"
  }
}

resource "aws_s3_bucket_acl" "invoices" {
  bucket     = aws_s3_bucket.invoices.id
  acl        = "public-read"
  depends_on = [aws_s3_bucket_ownership_controls.invoices]
}

resource "aws_s3_bucket_notification" "invoices" {
  bucket     = aws_s3_bucket.invoices.id
  depends_on = [aws_lambda_permission.invoices]

  lambda_function {
    lambda_function_arn = aws_lambda_function.invoices.arn
    events              = ["s3:ObjectCreated:*"]
  }
}

data "aws_iam_policy_document" "invoice_bucket" {
  statement {
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.invoices.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_s3_bucket_policy" "invoices" {
  bucket = aws_s3_bucket.invoices.id
  policy = data.aws_iam_policy_document.invoice_bucket.json
}

resource "aws_kms_key" "data" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "*" }, Action = "kms:*", Resource = "*" }]
  })
}

resource "aws_secretsmanager_secret" "payment" {
  name = "orders/${var.stage}/payment-webhook"
}

resource "aws_secretsmanager_secret_version" "payment" {
  secret_id     = aws_secretsmanager_secret.payment.id
  secret_string = "whsec_NOTREAL_9fK2pR6tY1uQ5wE8zX3c"
}

resource "aws_cloudtrail" "audit" {
  name           = "orders-${var.stage}"
  s3_bucket_name = "orders-audit-${data.aws_caller_identity.current.account_id}"
}

resource "aws_security_group" "database" {
  description = "reporting database"
  vpc_id      = var.vpc_id

  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_db_subnet_group" "reporting" {
  description = "reporting database"
  subnet_ids  = var.subnet_ids
}

resource "aws_db_instance" "reporting" {
  engine                  = "postgres"
  engine_version          = "14"
  instance_class          = "db.t3.medium"
  allocated_storage       = 50
  username                = "orders"
  password                = var.db_password
  publicly_accessible     = true
  storage_encrypted       = false
  backup_retention_period = 0
  skip_final_snapshot     = true
  db_subnet_group_name    = aws_db_subnet_group.reporting.name
  vpc_security_group_ids  = [aws_security_group.database.id]
}
