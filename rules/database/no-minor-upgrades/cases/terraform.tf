resource "aws_db_instance" "off" {
  engine                     = "postgres"
  auto_minor_version_upgrade = false # finding: CKV_AWS_226, RDS.13, RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED
}

resource "aws_db_instance" "silent" { # finding: CKV_AWS_226
  engine = "postgres"
}

resource "aws_db_instance" "on" {
  engine                     = "postgres"
  auto_minor_version_upgrade = true
}

resource "aws_rds_cluster_instance" "off" {
  cluster_identifier         = "aurora"
  engine                     = "aurora-mysql"
  instance_class             = "db.r6g.large"
  auto_minor_version_upgrade = false # finding: CKV_AWS_226, RDS.13, RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED
}

resource "aws_mq_broker" "silent" { # finding: CKV_AWS_207, MQ.3
  broker_name = "silent"
  engine_type = "RabbitMQ"
}

resource "aws_mq_broker" "on" {
  broker_name                = "on"
  engine_type                = "RabbitMQ"
  auto_minor_version_upgrade = true
}

resource "aws_elasticache_cluster" "off" {
  cluster_id                 = "off"
  engine                     = "redis"
  auto_minor_version_upgrade = false # finding: CKV_AWS_322
}

resource "aws_elasticache_cluster" "silent" {
  cluster_id = "silent"
  engine     = "redis"
}

resource "aws_elasticache_replication_group" "off" {
  replication_group_id       = "off"
  description                = "off"
  auto_minor_version_upgrade = false # finding: ElastiCache.2, ELASTICACHE_AUTO_MINOR_VERSION_UPGRADE_CHECK
}

resource "aws_elasticache_replication_group" "silent" {
  replication_group_id = "silent"
  description          = "silent"
}
