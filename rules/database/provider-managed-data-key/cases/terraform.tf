resource "aws_dynamodb_table" "plain" { # finding: CKV_AWS_119
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "managed" {
  name     = "sessions"
  hash_key = "id"
  server_side_encryption { # finding: CKV_AWS_119
    enabled = true
  }
}

resource "aws_dynamodb_table" "own" {
  name     = "customers"
  hash_key = "id"
  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.own.arn
  }
}

resource "aws_kms_key" "own" {
  enable_key_rotation = true
}

resource "aws_s3_bucket" "inside" {
  bucket = "uploads"
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "AES256" # finding: CKV_AWS_145, S3.17, S3_DEFAULT_ENCRYPTION_KMS
      }
    }
  }
}

resource "aws_s3_bucket" "beside" {
  bucket = "reports"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "beside" {
  bucket = aws_s3_bucket.beside.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256" # finding: CKV_AWS_145, S3.17, S3_DEFAULT_ENCRYPTION_KMS
    }
  }
}

resource "aws_s3_bucket" "silent" { # finding: CKV_AWS_145, S3.17, S3_DEFAULT_ENCRYPTION_KMS
  bucket = "silent"
}

resource "aws_s3_bucket" "own" {
  bucket = "invoices"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "own" {
  bucket = aws_s3_bucket.own.id
  rule {
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.own.arn
    }
  }
}

resource "aws_db_instance" "alone" { # finding
  engine         = "postgres"
  instance_class = "db.t4g.micro"
}

resource "aws_db_instance" "insights" { # finding: CKV_AWS_354
  engine                       = "postgres"
  kms_key_id                   = aws_kms_key.own.arn
  performance_insights_enabled = true
}

resource "aws_db_instance" "replicated" { # finding: CKV_AWS_245
  identifier = "replicated"
  engine     = "postgres"
  kms_key_id = aws_kms_key.own.arn
}

resource "aws_db_instance_automated_backups_replication" "replicated" {
  source_db_instance_arn = aws_db_instance.replicated.arn
  retention_period       = 14
}

resource "aws_db_instance" "own" {
  identifier                      = "own"
  engine                          = "postgres"
  kms_key_id                      = aws_kms_key.own.arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.own.arn
}

resource "aws_db_instance_automated_backups_replication" "own" {
  source_db_instance_arn = aws_db_instance.own.arn
  kms_key_id             = "arn:aws:kms:eu-central-1:111122223333:key/orders"
}

resource "aws_rds_cluster" "aurora" { # finding: CKV_AWS_327, CKV_AWS_354
  engine                       = "aurora-mysql"
  storage_encrypted            = true
  performance_insights_enabled = true
}

resource "aws_rds_cluster" "own" {
  engine                          = "aurora-mysql"
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.own.arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.own.arn
}

resource "aws_rds_cluster_instance" "insights" { # finding: CKV_AWS_354
  cluster_identifier           = aws_rds_cluster.own.id
  engine                       = "aurora-mysql"
  instance_class               = "db.r6g.large"
  performance_insights_enabled = true
}

resource "aws_rds_cluster_instance" "own" {
  cluster_identifier              = aws_rds_cluster.own.id
  engine                          = "aurora-mysql"
  instance_class                  = "db.r6g.large"
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.own.arn
}

resource "aws_kinesis_stream" "plain" { # finding: CKV_AWS_185
  name = "plain"
}

resource "aws_kinesis_stream" "managed" {
  name            = "managed"
  encryption_type = "KMS"
  kms_key_id      = "alias/aws/kinesis" # finding: CKV_AWS_185
}

resource "aws_kinesis_stream" "own" {
  name            = "own"
  encryption_type = "KMS"
  kms_key_id      = aws_kms_key.own.id
}

resource "aws_kinesis_firehose_delivery_stream" "plain" { # finding: CKV_AWS_241
  name        = "plain"
  destination = "extended_s3"
}

resource "aws_kinesis_firehose_delivery_stream" "owned_by_aws" {
  name        = "owned-by-aws"
  destination = "extended_s3"
  server_side_encryption {
    enabled  = true
    key_type = "AWS_OWNED_CMK" # finding: CKV_AWS_241
  }
}

resource "aws_kinesis_firehose_delivery_stream" "own" {
  name        = "own"
  destination = "extended_s3"
  server_side_encryption {
    enabled  = true
    key_type = "CUSTOMER_MANAGED_CMK"
    key_arn  = aws_kms_key.own.arn
  }
}

resource "aws_kinesis_firehose_delivery_stream" "from_stream" {
  name        = "from-stream"
  destination = "extended_s3"
  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.own.arn
    role_arn           = "arn:aws:iam::111122223333:role/firehose"
  }
}

resource "aws_kinesis_video_stream" "camera" { # finding: CKV_AWS_177
  name = "camera"
}

resource "aws_kinesis_video_stream" "own" {
  name       = "own"
  kms_key_id = aws_kms_key.own.arn
}

resource "aws_scheduler_schedule" "nightly" { # finding: CKV_AWS_297
  schedule_expression = "rate(1 day)"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = "arn:aws:lambda:eu-west-1:111122223333:function:nightly"
    role_arn = "arn:aws:iam::111122223333:role/scheduler"
  }
}

resource "aws_scheduler_schedule" "own" {
  schedule_expression = "rate(1 day)"
  kms_key_arn         = aws_kms_key.own.arn
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = "arn:aws:lambda:eu-west-1:111122223333:function:nightly"
    role_arn = "arn:aws:iam::111122223333:role/scheduler"
  }
}

resource "aws_sqs_queue" "managed" {
  name              = "managed"
  kms_master_key_id = "alias/aws/sqs" # finding: CKV2_AWS_73
}

resource "aws_sqs_queue" "silent" { # finding
  name = "silent"
}

resource "aws_sqs_queue" "own" {
  name              = "own"
  kms_master_key_id = aws_kms_key.own.id
}

resource "aws_efs_file_system" "shared" { # finding: CKV_AWS_184
  encrypted = true
}

resource "aws_efs_file_system" "own" {
  encrypted  = true
  kms_key_id = aws_kms_key.own.arn
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"
  encrypt_at_rest { # finding: CKV_AWS_247
    enabled = true
  }
}

resource "aws_opensearch_domain" "own" {
  domain_name = "own"
  encrypt_at_rest {
    enabled    = true
    kms_key_id = aws_kms_key.own.id
  }
}

resource "aws_elasticsearch_domain" "search" { # finding: CKV_AWS_247
  domain_name = "old-search"
}

resource "aws_elasticsearch_domain" "own" {
  domain_name = "old-own"
  encrypt_at_rest {
    enabled    = true
    kms_key_id = aws_kms_key.own.id
  }
}

resource "aws_timestreamwrite_database" "series" { # finding: CKV_AWS_160
  database_name = "series"
}

resource "aws_timestreamwrite_database" "own" {
  database_name = "own"
  kms_key_id    = aws_kms_key.own.arn
}

resource "aws_docdb_cluster" "documents" { # finding: CKV_AWS_182
  storage_encrypted = true
}

resource "aws_docdb_cluster" "own" {
  storage_encrypted = true
  kms_key_id        = aws_kms_key.own.arn
}

resource "aws_neptune_cluster" "graph" { # finding: CKV_AWS_347
  storage_encrypted = true
}

resource "aws_neptune_cluster" "own" {
  storage_encrypted = true
  kms_key_arn       = aws_kms_key.own.arn
}

resource "aws_elasticache_replication_group" "sessions" { # finding: CKV_AWS_191
  replication_group_id       = "sessions"
  description                = "sessions"
  at_rest_encryption_enabled = true
}

resource "aws_elasticache_replication_group" "own" {
  replication_group_id       = "own"
  description                = "own"
  at_rest_encryption_enabled = true
  kms_key_id                 = aws_kms_key.own.arn
}

resource "aws_mq_broker" "broker" { # finding: CKV_AWS_209
  broker_name = "broker"
  engine_type = "RabbitMQ"
}

resource "aws_mq_broker" "own" {
  broker_name = "own"
  engine_type = "RabbitMQ"
  encryption_options {
    use_aws_owned_key = false
    kms_key_id        = aws_kms_key.own.arn
  }
}

resource "aws_redshiftserverless_namespace" "queries" { # finding: CKV_AWS_282
  namespace_name = "queries"
}

resource "aws_redshiftserverless_namespace" "own" {
  namespace_name = "own"
  kms_key_id     = aws_kms_key.own.arn
}

resource "aws_redshift_cluster" "warehouse" { # finding: Redshift.10, REDSHIFT_CLUSTER_KMS_ENABLED
  cluster_identifier = "warehouse"
  encrypted          = true
}

resource "aws_redshift_cluster" "own" {
  cluster_identifier = "own"
  encrypted          = true
  kms_key_id         = aws_kms_key.own.arn
}
