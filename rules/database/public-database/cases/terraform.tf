resource "aws_db_instance" "open" {
  engine              = "postgres"
  publicly_accessible = true # finding: CKV_AWS_17, RDS.2, RDS_INSTANCE_PUBLIC_ACCESS_CHECK
}

resource "aws_db_instance" "closed" {
  engine              = "postgres"
  publicly_accessible = false
}

# Terraform makes an instance private unless told otherwise.
resource "aws_db_instance" "silent" {
  engine = "postgres"
}

resource "aws_rds_cluster_instance" "open" {
  cluster_identifier  = "aurora"
  engine              = "aurora-mysql"
  instance_class      = "db.r6g.large"
  publicly_accessible = true # finding: CKV_AWS_17, RDS.2, RDS_INSTANCE_PUBLIC_ACCESS_CHECK
}

resource "aws_rds_cluster_instance" "silent" {
  cluster_identifier = "aurora"
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
}

resource "aws_redshift_cluster" "open" {
  cluster_identifier  = "open"
  publicly_accessible = true # finding: Redshift.1, REDSHIFT_CLUSTER_PUBLIC_ACCESS_CHECK
}

resource "aws_redshift_cluster" "closed" {
  cluster_identifier  = "closed"
  publicly_accessible = false
}

resource "aws_redshiftserverless_workgroup" "open" {
  workgroup_name      = "open"
  namespace_name      = "queries"
  publicly_accessible = true # finding
}

resource "aws_redshiftserverless_workgroup" "silent" {
  workgroup_name = "silent"
  namespace_name = "queries"
}

resource "aws_neptune_cluster_instance" "open" {
  cluster_identifier  = "graph"
  instance_class      = "db.r6g.large"
  publicly_accessible = true # finding: CKV_AWS_102
}

resource "aws_neptune_cluster_instance" "silent" {
  cluster_identifier = "graph"
  instance_class     = "db.r6g.large"
}

resource "aws_dms_replication_instance" "open" {
  replication_instance_id    = "open"
  replication_instance_class = "dms.t3.micro"
  publicly_accessible        = true # finding: DMS.1, DMS_REPLICATION_NOT_PUBLIC
}

resource "aws_dms_replication_instance" "closed" {
  replication_instance_id    = "closed"
  replication_instance_class = "dms.t3.micro"
  publicly_accessible        = false
}

resource "aws_db_snapshot" "public" {
  db_instance_identifier = "orders"
  db_snapshot_identifier = "public"
  shared_accounts        = ["all"] # finding: CKV_AWS_302
}

resource "aws_db_snapshot" "shared" {
  db_instance_identifier = "orders"
  db_snapshot_identifier = "shared"
  shared_accounts        = ["111122223333"]
}

resource "aws_db_snapshot_copy" "public" {
  source_db_snapshot_identifier = aws_db_snapshot.shared.db_snapshot_arn
  target_db_snapshot_identifier = "public-copy"
  shared_accounts               = ["111122223333", "all"] # finding: CKV_AWS_302
}

resource "aws_db_cluster_snapshot" "public" {
  db_cluster_identifier          = "orders"
  db_cluster_snapshot_identifier = "public"
  shared_accounts                = ["all"] # finding
}

resource "aws_db_cluster_snapshot" "kept" {
  db_cluster_identifier          = "orders"
  db_cluster_snapshot_identifier = "kept"
}
