# Terraform keeps no backups of an instance unless told to.
resource "aws_db_instance" "silent" { # finding: CKV_AWS_133, DB_INSTANCE_BACKUP_ENABLED
  engine         = "postgres"
  instance_class = "db.t4g.micro"
}

resource "aws_db_instance" "off" {
  engine                  = "postgres"
  backup_retention_period = 0 # finding: CKV_AWS_133, DB_INSTANCE_BACKUP_ENABLED
}

resource "aws_db_instance" "kept" {
  engine                  = "postgres"
  backup_retention_period = 7
}

resource "aws_db_instance" "replica" {
  replicate_source_db = aws_db_instance.kept.identifier
}

resource "aws_rds_cluster" "off" {
  engine                  = "aurora-mysql"
  backup_retention_period = 0 # finding: CKV_AWS_133
}

resource "aws_rds_cluster" "silent" {
  engine = "aurora-mysql"
}

resource "aws_rds_cluster_instance" "member" {
  cluster_identifier = aws_rds_cluster.silent.id
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
}

resource "aws_docdb_cluster" "silent" { # finding: CKV_AWS_360, DocumentDB.2
  cluster_identifier = "silent"
}

resource "aws_docdb_cluster" "kept" {
  cluster_identifier      = "kept"
  backup_retention_period = 7
}

resource "aws_neptune_cluster" "short" {
  cluster_identifier      = "short"
  backup_retention_period = 1 # finding: CKV_AWS_361, Neptune.5
}

resource "aws_neptune_cluster" "kept" {
  cluster_identifier      = "kept"
  backup_retention_period = 14
}

resource "aws_elasticache_replication_group" "silent" { # finding: ElastiCache.1
  replication_group_id = "silent"
  description          = "silent"
}

resource "aws_elasticache_replication_group" "kept" {
  replication_group_id     = "kept"
  description              = "kept"
  snapshot_retention_limit = 7
}

resource "aws_elasticache_cluster" "silent" { # finding: CKV_AWS_134
  cluster_id = "silent"
  engine     = "redis"
}

resource "aws_elasticache_cluster" "kept" {
  cluster_id               = "kept"
  engine                   = "redis"
  snapshot_retention_limit = 5
}

resource "aws_elasticache_cluster" "memcached" {
  cluster_id = "memcached"
  engine     = "memcached"
}

resource "aws_efs_file_system" "silent" { # finding
  encrypted = true
}

resource "aws_efs_file_system" "kept" {
  encrypted = true
}

resource "aws_efs_backup_policy" "kept" {
  file_system_id = aws_efs_file_system.kept.id
  backup_policy {
    status = "ENABLED"
  }
}
