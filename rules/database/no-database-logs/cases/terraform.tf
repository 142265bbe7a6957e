resource "aws_db_instance" "silent" { # finding: CKV_AWS_129, RDS.9, RDS_LOGGING_ENABLED
  engine         = "postgres"
  instance_class = "db.t4g.micro"
}

resource "aws_db_instance" "empty" {
  engine                          = "postgres"
  enabled_cloudwatch_logs_exports = [] # finding: CKV_AWS_129, RDS.9, RDS_LOGGING_ENABLED
}

resource "aws_db_instance" "logged" {
  engine                          = "postgres"
  enabled_cloudwatch_logs_exports = ["postgresql"]
}

resource "aws_rds_cluster" "silent" { # finding: CKV_AWS_324
  engine = "aurora-postgresql"
}

resource "aws_rds_cluster" "without_audit" {
  engine                          = "aurora-mysql"
  enabled_cloudwatch_logs_exports = ["error"] # finding: CKV_AWS_325, RDS.34, RDS_AURORA_MYSQL_AUDIT_LOGGING_ENABLED
}

resource "aws_rds_cluster" "logged" {
  engine                          = "aurora-mysql"
  enabled_cloudwatch_logs_exports = ["audit", "error"]
}

resource "aws_rds_cluster_instance" "member" {
  cluster_identifier = aws_rds_cluster.logged.id
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
}

resource "aws_docdb_cluster" "silent" { # finding: CKV_AWS_85, DocumentDB.4, DOCDB_CLUSTER_AUDIT_LOGGING_ENABLED
  cluster_identifier = "silent"
}

resource "aws_docdb_cluster" "without_audit" {
  cluster_identifier              = "without-audit"
  enabled_cloudwatch_logs_exports = ["profiler"] # finding: DocumentDB.4, DOCDB_CLUSTER_AUDIT_LOGGING_ENABLED
}

resource "aws_docdb_cluster" "logged" {
  cluster_identifier              = "logged"
  enabled_cloudwatch_logs_exports = ["audit", "profiler"]
}

resource "aws_docdb_cluster_parameter_group" "silent" { # finding: CKV_AWS_104
  family = "docdb5.0"
}

resource "aws_docdb_cluster_parameter_group" "off" {
  family = "docdb5.0"
  parameter {
    name  = "audit_logs"
    value = "disabled" # finding: CKV_AWS_104
  }
}

resource "aws_docdb_cluster_parameter_group" "on" {
  family = "docdb5.0"
  parameter {
    name  = "tls"
    value = "enabled"
  }
  parameter {
    name  = "audit_logs"
    value = "enabled"
  }
}

resource "aws_neptune_cluster" "silent" { # finding: CKV_AWS_101, Neptune.2, NEPTUNE_CLUSTER_CLOUDWATCH_LOG_EXPORT_ENABLED
  cluster_identifier = "silent"
}

resource "aws_neptune_cluster" "logged" {
  cluster_identifier             = "logged"
  enable_cloudwatch_logs_exports = ["audit"]
}

resource "aws_opensearch_domain" "silent" { # finding: CKV_AWS_84, CKV_AWS_317, Opensearch.5, OPENSEARCH_AUDIT_LOGGING_ENABLED
  domain_name = "silent"
}

resource "aws_opensearch_domain" "off" {
  domain_name = "off"
  log_publishing_options {
    log_type                 = "AUDIT_LOGS"
    enabled                  = false # finding: CKV_AWS_317, Opensearch.5, OPENSEARCH_AUDIT_LOGGING_ENABLED
    cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:search"
  }
}

resource "aws_opensearch_domain" "logged" {
  domain_name = "logged"
  log_publishing_options {
    log_type                 = "INDEX_SLOW_LOGS"
    cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:search"
  }
  log_publishing_options {
    log_type                 = "AUDIT_LOGS"
    cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:search"
  }
}

resource "aws_elasticsearch_domain" "silent" { # finding: CKV_AWS_84, CKV_AWS_317, ES.5
  domain_name = "old-silent"
}

resource "aws_elasticsearch_domain" "logged" {
  domain_name = "old-logged"
  log_publishing_options {
    log_type                 = "AUDIT_LOGS"
    cloudwatch_log_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:search"
  }
}
