resource "aws_kms_key" "own" {
}

resource "aws_bedrockagent_agent" "silent" { # finding: CKV_AWS_373
  agent_name = "silent"
}

resource "aws_bedrockagent_agent" "own" {
  agent_name                  = "own"
  customer_encryption_key_arn = aws_kms_key.own.arn
}

resource "aws_glue_data_catalog_encryption_settings" "off" {
  data_catalog_encryption_settings {
    connection_password_encryption {
      return_connection_password_encrypted = false # finding: CKV_AWS_94
    }
    encryption_at_rest {
      catalog_encryption_mode = "DISABLED" # finding: CKV_AWS_94
    }
  }
}

resource "aws_glue_data_catalog_encryption_settings" "on" {
  data_catalog_encryption_settings {
    connection_password_encryption {
      aws_kms_key_id                       = aws_kms_key.own.arn
      return_connection_password_encrypted = true
    }
    encryption_at_rest {
      catalog_encryption_mode = "SSE-KMS"
      sse_aws_kms_key_id      = aws_kms_key.own.arn
    }
  }
}

resource "aws_glue_security_configuration" "off" {
  name = "off"
  encryption_configuration {
    cloudwatch_encryption { # finding: CKV_AWS_99
    }
    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "DISABLED" # finding: CKV_AWS_99
    }
    s3_encryption {
      s3_encryption_mode = "DISABLED" # finding: CKV_AWS_99
    }
  }
}

resource "aws_glue_security_configuration" "on" {
  name = "on"
  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "SSE-KMS"
      kms_key_arn                = aws_kms_key.own.arn
    }
    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "CSE-KMS"
      kms_key_arn                   = aws_kms_key.own.arn
    }
    s3_encryption {
      s3_encryption_mode = "SSE-KMS"
      kms_key_arn        = aws_kms_key.own.arn
    }
  }
}

resource "aws_glue_crawler" "silent" { # finding: CKV_AWS_195
  name = "silent"
}

resource "aws_glue_crawler" "own" {
  name                   = "own"
  security_configuration = aws_glue_security_configuration.on.name
}

resource "aws_glue_job" "silent" { # finding: CKV_AWS_195
  name = "silent"
}

resource "aws_glue_job" "own" {
  name                   = "own"
  security_configuration = aws_glue_security_configuration.on.name
}

resource "aws_glue_dev_endpoint" "silent" { # finding: CKV_AWS_195
  name = "silent"
}

resource "aws_glue_dev_endpoint" "own" {
  name                   = "own"
  security_configuration = aws_glue_security_configuration.on.name
}

resource "aws_athena_workgroup" "free" {
  name = "free"
  configuration {
    enforce_workgroup_configuration = false # finding: CKV_AWS_82
  }
}

resource "aws_athena_workgroup" "held" {
  name = "held"
  configuration {
    result_configuration {
      output_location = "s3://results/"
    }
  }
}

resource "aws_rds_cluster_activity_stream" "shared" {
  resource_arn = "arn:aws:rds:eu-west-1:111122223333:cluster:orders"
  mode         = "async"
  kms_key_id   = "alias/aws/rds" # finding: CKV_AWS_246
}

resource "aws_rds_cluster_activity_stream" "own" {
  resource_arn = "arn:aws:rds:eu-west-1:111122223333:cluster:orders"
  mode         = "async"
  kms_key_id   = aws_kms_key.own.key_id
}

resource "aws_db_snapshot" "first" {
  db_instance_identifier = "orders"
  db_snapshot_identifier = "first"
}

resource "aws_db_snapshot_copy" "silent" { # finding: CKV_AWS_266
  source_db_snapshot_identifier = aws_db_snapshot.first.db_snapshot_arn
  target_db_snapshot_identifier = "silent"
}

resource "aws_db_snapshot_copy" "own" {
  source_db_snapshot_identifier = aws_db_snapshot.first.db_snapshot_arn
  target_db_snapshot_identifier = "own"
  kms_key_id                    = aws_kms_key.own.arn
}

resource "aws_s3_object" "plain" { # finding: CKV_AWS_186
  bucket                 = "reports"
  key                    = "plain"
  server_side_encryption = "AES256"
}

resource "aws_s3_bucket_object" "shared_key" { # finding: CKV_AWS_186
  bucket                 = "reports"
  key                    = "shared"
  server_side_encryption = "aws:kms"
}

resource "aws_s3_object" "as_the_bucket_says" {
  bucket = "reports"
  key    = "silent"
}

resource "aws_s3_object" "own" {
  bucket                 = "reports"
  key                    = "own"
  server_side_encryption = "aws:kms"
  kms_key_id             = aws_kms_key.own.arn
}

resource "aws_s3_object_copy" "plain" { # finding: CKV_AWS_181
  bucket                 = "reports"
  key                    = "copy"
  source                 = "reports/plain"
  server_side_encryption = "AES256"
}

resource "aws_s3_object_copy" "own" {
  bucket                 = "reports"
  key                    = "own-copy"
  source                 = "reports/plain"
  server_side_encryption = "aws:kms"
  kms_key_id             = aws_kms_key.own.arn
}
