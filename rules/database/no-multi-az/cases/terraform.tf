resource "aws_db_instance" "silent" { # finding: CKV_AWS_157, RDS.5, RDS_MULTI_AZ_SUPPORT
  engine = "postgres"
}

resource "aws_db_instance" "off" {
  engine   = "postgres"
  multi_az = false # finding: CKV_AWS_157, RDS.5, RDS_MULTI_AZ_SUPPORT
}

resource "aws_db_instance" "on" {
  engine   = "postgres"
  multi_az = true
}

resource "aws_rds_cluster_instance" "member" {
  cluster_identifier = "aurora"
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
}

resource "aws_elasticache_replication_group" "silent" { # finding: CKV2_AWS_50, ElastiCache.3, ELASTICACHE_REPL_GRP_AUTO_FAILOVER_ENABLED
  replication_group_id = "silent"
  description          = "silent"
}

resource "aws_elasticache_replication_group" "on" {
  replication_group_id       = "on"
  description                = "on"
  automatic_failover_enabled = true
  multi_az_enabled           = true
}

resource "aws_opensearch_domain" "silent" { # finding: CKV2_AWS_59, CKV_AWS_318
  domain_name = "silent"
}

resource "aws_opensearch_domain" "two" {
  domain_name = "two"
  cluster_config {
    dedicated_master_enabled = true
    dedicated_master_count   = 2 # finding: CKV_AWS_318
  }
}

resource "aws_opensearch_domain" "three" {
  domain_name = "three"
  cluster_config {
    dedicated_master_enabled = true
    dedicated_master_count   = 3
  }
}

resource "aws_elasticsearch_domain" "off" {
  domain_name = "off"
  cluster_config {
    dedicated_master_enabled = false # finding: CKV2_AWS_59, CKV_AWS_318
  }
}

resource "aws_elasticsearch_domain" "on" {
  domain_name = "on"
  cluster_config {
    dedicated_master_enabled = true
    dedicated_master_count   = 3
  }
}
