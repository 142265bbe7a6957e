resource "aws_db_instance" "silent" { # finding: CKV_AWS_16, RDS.3, RDS_STORAGE_ENCRYPTED
  engine         = "postgres"
  instance_class = "db.t4g.micro"
}

resource "aws_db_instance" "off" {
  engine            = "postgres"
  storage_encrypted = false # finding: CKV_AWS_16, RDS.3, RDS_STORAGE_ENCRYPTED
}

resource "aws_db_instance" "on" {
  engine            = "postgres"
  storage_encrypted = true
}

resource "aws_db_instance" "restored" {
  snapshot_identifier = "arn:aws:rds:eu-west-1:111122223333:snapshot:orders" # finding(all): CKV_AWS_16
}

data "aws_db_snapshot" "latest" {
  db_instance_identifier = "orders"
  most_recent            = true
}

resource "aws_db_instance" "latest" {
  snapshot_identifier = data.aws_db_snapshot.latest.id # finding(all): CKV_AWS_16
}

resource "aws_db_instance" "replica" {
  replicate_source_db = "arn:aws:rds:eu-west-1:111122223333:db:orders" # finding(all): CKV_AWS_16
}

resource "aws_db_instance" "replica_of_on" {
  replicate_source_db = aws_db_instance.on.identifier
}

resource "aws_db_instance" "replica_of_off" {
  replicate_source_db = aws_db_instance.off.arn
}

resource "aws_db_instance" "from_backups" {
  restore_to_point_in_time {
    source_db_instance_automated_backups_arn = "arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-a1b2c3" # finding(all): CKV_AWS_16
    use_latest_restorable_time               = true
  }
}

resource "aws_rds_cluster" "replica" {
  engine                        = "postgres"
  replication_source_identifier = "arn:aws:rds:eu-west-1:111122223333:cluster:orders" # finding(all): CKV_AWS_96
}

resource "aws_rds_cluster" "restored" {
  engine              = "aurora-mysql"
  snapshot_identifier = "orders"
  storage_encrypted   = false # finding(all): CKV_AWS_96
}

resource "aws_rds_cluster" "restored_of_on" {
  engine = "aurora-mysql"
  restore_to_point_in_time {
    source_cluster_identifier  = aws_rds_cluster.on.cluster_identifier
    use_latest_restorable_time = true
  }
}

resource "aws_neptune_cluster" "replica" {
  replication_source_identifier = "arn:aws:rds:eu-west-1:111122223333:cluster:graph"
}

resource "aws_rds_cluster" "off" {
  engine            = "aurora-mysql"
  storage_encrypted = false # finding: CKV_AWS_96, RDS.27, RDS_CLUSTER_ENCRYPTED_AT_REST
}

resource "aws_rds_cluster" "multi_az" {
  engine = "postgres" # finding: CKV_AWS_96, RDS.27, RDS_CLUSTER_ENCRYPTED_AT_REST
}

resource "aws_rds_cluster" "silent" {
  engine = "aurora-postgresql" # finding(all): CKV_AWS_96
}

resource "aws_rds_cluster" "on" {
  engine            = "aurora-mysql"
  storage_encrypted = true
}

resource "aws_rds_cluster_instance" "member" {
  cluster_identifier = aws_rds_cluster.on.id
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
}

resource "aws_rds_global_cluster" "off" {
  global_cluster_identifier = "off"
  storage_encrypted         = false # finding: CKV_AWS_140
}

resource "aws_rds_global_cluster" "silent" { # finding(all): CKV_AWS_140
  global_cluster_identifier = "silent"
}

resource "aws_rds_global_cluster" "on" {
  global_cluster_identifier = "on"
  storage_encrypted         = true
}

resource "aws_dax_cluster" "silent" { # finding: CKV_AWS_47, DynamoDB.3, DAX_ENCRYPTION_ENABLED
  cluster_name       = "silent"
  iam_role_arn       = "arn:aws:iam::111122223333:role/dax"
  node_type          = "dax.t3.small"
  replication_factor = 1
}

resource "aws_dax_cluster" "off" {
  cluster_name = "off"
  server_side_encryption {
    enabled = false # finding: CKV_AWS_47, DynamoDB.3, DAX_ENCRYPTION_ENABLED
  }
}

resource "aws_dax_cluster" "on" {
  cluster_name = "on"
  server_side_encryption {
    enabled = true
  }
}

resource "aws_elasticache_replication_group" "off" {
  replication_group_id       = "off"
  description                = "off"
  at_rest_encryption_enabled = false # finding: CKV_AWS_29, ElastiCache.4, ELASTICACHE_REPL_GRP_ENCRYPTED_AT_REST
}

resource "aws_elasticache_replication_group" "silent" { # finding: CKV_AWS_29, ElastiCache.4, ELASTICACHE_REPL_GRP_ENCRYPTED_AT_REST
  replication_group_id = "silent"
  description          = "silent"
}

resource "aws_elasticache_replication_group" "on" {
  replication_group_id       = "on"
  description                = "on"
  at_rest_encryption_enabled = true
}

resource "aws_elasticache_replication_group" "valkey" {
  replication_group_id = "valkey"
  description          = "valkey is encrypted unless told otherwise"
  engine               = "valkey"
}

resource "aws_neptune_cluster" "silent" { # finding: CKV_AWS_44, Neptune.1, NEPTUNE_CLUSTER_ENCRYPTED
  cluster_identifier = "silent"
}

resource "aws_neptune_cluster" "on" {
  cluster_identifier = "on"
  storage_encrypted  = true
}

resource "aws_docdb_cluster" "silent" { # finding: CKV_AWS_74, DocumentDB.1, DOCDB_CLUSTER_ENCRYPTED
  cluster_identifier = "silent"
}

resource "aws_docdb_cluster" "on" {
  cluster_identifier = "on"
  storage_encrypted  = true
}

resource "aws_docdb_global_cluster" "silent" { # finding: CKV_AWS_292
  global_cluster_identifier = "silent"
}

resource "aws_docdb_global_cluster" "on" {
  global_cluster_identifier = "on"
  storage_encrypted         = true
}

resource "aws_redshift_cluster" "off" {
  cluster_identifier = "off"
  encrypted          = false # finding
}

resource "aws_redshift_cluster" "on" {
  cluster_identifier = "on"
  encrypted          = true
}

resource "aws_opensearch_domain" "silent" { # finding: CKV_AWS_5, Opensearch.1, OPENSEARCH_ENCRYPTED_AT_REST
  domain_name = "silent"
}

resource "aws_opensearch_domain" "off" {
  domain_name = "off"
  encrypt_at_rest {
    enabled = false # finding: CKV_AWS_5, Opensearch.1, OPENSEARCH_ENCRYPTED_AT_REST
  }
}

resource "aws_opensearch_domain" "on" {
  domain_name = "on"
  encrypt_at_rest {
    enabled = true
  }
}

resource "aws_elasticsearch_domain" "silent" { # finding: CKV_AWS_5, ES.1, ELASTICSEARCH_ENCRYPTED_AT_REST
  domain_name = "old-silent"
}

resource "aws_elasticsearch_domain" "on" {
  domain_name = "old-on"
  encrypt_at_rest {
    enabled = true
  }
}

# As a state tells it: nobody writes what a snapshot has from its cluster.
resource "aws_db_cluster_snapshot" "off" {
  db_cluster_identifier          = "orders"
  db_cluster_snapshot_identifier = "off"
  storage_encrypted              = false # finding: CKV_AWS_146
}

resource "aws_db_cluster_snapshot" "silent" {
  db_cluster_identifier          = aws_rds_cluster.on.id
  db_cluster_snapshot_identifier = "silent"
}

resource "aws_neptune_cluster_snapshot" "off" {
  db_cluster_identifier          = "orders"
  db_cluster_snapshot_identifier = "off"
  storage_encrypted              = false # finding: CKV_AWS_279
}

resource "aws_neptune_cluster_snapshot" "silent" {
  db_cluster_identifier          = aws_neptune_cluster.on.id
  db_cluster_snapshot_identifier = "silent"
}
