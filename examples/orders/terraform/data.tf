data "aws_iam_policy_document" "data_key" {
  statement {
    sid       = "AccountDecidesByIam"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "AlarmsAndEventsOfThisAccount"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_kms_key" "data" {
  description             = "Orders, invoices, secrets"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  policy                  = data.aws_iam_policy_document.data_key.json

  lifecycle {
    prevent_destroy = true
  }
}

data "aws_iam_policy_document" "audit_key" {
  statement {
    sid       = "AccountDecidesByIam"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "LogGroupsOfThisAccount"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.amazonaws.com"]
    }
    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:*"]
    }
  }

  statement {
    sid       = "TrailOfThisModule"
    actions   = ["kms:GenerateDataKey*", "kms:DescribeKey"]
    resources = ["*"]
    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.trail]
    }
  }
}

resource "aws_kms_key" "audit" {
  description         = "Logs and trail"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.audit_key.json

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_secretsmanager_secret" "payment" {
  name        = "orders/${var.stage}/payment"
  description = "Payment provider - API key and webhook key, filled in and renewed by the rotation"
  kms_key_id  = aws_kms_key.data.arn
}

resource "aws_secretsmanager_secret_rotation" "payment" {
  secret_id           = aws_secretsmanager_secret.payment.id
  rotation_lambda_arn = aws_lambda_alias.live["rotation"].arn
  depends_on          = [aws_lambda_permission.rotation]

  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_dynamodb_table" "orders" {
  name                        = "orders-${var.stage}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  deletion_protection_enabled = true

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "customer"
    type = "S"
  }

  global_secondary_index {
    name            = "by-customer"
    hash_key        = "customer"
    projection_type = "ALL"
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.data.arn
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_sqs_queue" "orders" {
  name                       = "orders-${var.stage}"
  kms_master_key_id          = aws_kms_key.data.arn
  visibility_timeout_seconds = 180
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "orders-${var.stage}-dead-letters"
  kms_master_key_id         = aws_kms_key.data.arn
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "queues" {
  for_each = {
    orders       = aws_sqs_queue.orders.arn
    dead_letters = aws_sqs_queue.dead_letters.arn
  }

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [each.value]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = each.key == "dead_letters" ? [each.value] : []
    content {
      sid       = "UndeliveredEvents"
      actions   = ["sqs:SendMessage"]
      resources = [statement.value]
      principals {
        type        = "Service"
        identifiers = ["events.amazonaws.com"]
      }
      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account]
      }
    }
  }
}

resource "aws_sqs_queue_policy" "queues" {
  for_each = {
    orders       = aws_sqs_queue.orders.url
    dead_letters = aws_sqs_queue.dead_letters.url
  }

  queue_url = each.value
  policy    = data.aws_iam_policy_document.queues[each.key].json
}

resource "aws_cloudwatch_event_bus" "orders" {
  name               = "orders-${var.stage}"
  kms_key_identifier = aws_kms_key.data.arn

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }
}

resource "aws_s3_bucket" "invoices" {
  bucket = local.invoice_bucket
}

resource "aws_s3_bucket" "access_logs" {
  bucket = "orders-access-logs-${var.stage}-${local.account}"
}

locals {
  buckets = {
    access_logs = aws_s3_bucket.access_logs
    invoices    = aws_s3_bucket.invoices
    trail       = aws_s3_bucket.trail
  }
}

resource "aws_s3_bucket_ownership_controls" "buckets" {
  for_each = local.buckets

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "buckets" {
  for_each = local.buckets

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "buckets" {
  for_each = local.buckets

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "buckets" {
  for_each = {
    invoices = { bucket = aws_s3_bucket.invoices.id, key = aws_kms_key.data.arn }
    trail    = { bucket = aws_s3_bucket.trail.id, key = aws_kms_key.audit.arn }
  }

  bucket = each.value.bucket

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = each.value.key
    }
  }
}

# S3 delivers access logs to no bucket with another key than its own.
resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_logging" "buckets" {
  for_each = {
    invoices = aws_s3_bucket.invoices.id
    trail    = aws_s3_bucket.trail.id
  }

  bucket        = each.value
  target_bucket = aws_s3_bucket.access_logs.id
  target_prefix = "${each.key}/"
}

data "aws_iam_policy_document" "tls_only" {
  for_each = local.buckets

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value.arn, "${each.value.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "access_logs" {
  source_policy_documents = [data.aws_iam_policy_document.tls_only["access_logs"].json]

  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.access_logs.arn}/*"]
    principals {
      type        = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_s3_bucket_policy" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id
  policy = data.aws_iam_policy_document.access_logs.json
}

data "aws_iam_policy_document" "invoice_bucket" {
  source_policy_documents = [data.aws_iam_policy_document.tls_only["invoices"].json]

  statement {
    sid       = "SenderPutsInvoices"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.invoices.arn}/incoming/*"]
    principals {
      type        = "AWS"
      identifiers = [var.invoice_sender_role_arn]
    }
  }

  statement {
    sid       = "NobodyElsePutsInvoices"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.invoices.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "ArnNotEquals"
      variable = "aws:PrincipalArn"
      values   = [var.invoice_sender_role_arn]
    }
  }

  statement {
    sid       = "Tls13Only"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.invoices.arn, "${aws_s3_bucket.invoices.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "NumericLessThan"
      variable = "s3:TlsVersion"
      values   = ["1.3"]
    }
  }
}

resource "aws_s3_bucket_policy" "invoices" {
  bucket = aws_s3_bucket.invoices.id
  policy = data.aws_iam_policy_document.invoice_bucket.json
}

resource "aws_s3_bucket_notification" "invoices" {
  bucket     = aws_s3_bucket.invoices.id
  depends_on = [aws_lambda_permission.invoices]

  lambda_function {
    lambda_function_arn = aws_lambda_alias.live["invoices"].arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = "incoming/"
    filter_suffix       = ".pdf"
  }
}
