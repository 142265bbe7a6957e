resource "aws_db_instance" "silent" { # finding: CKV_AWS_293, RDS.8, RDS_INSTANCE_DELETION_PROTECTION_ENABLED
  engine = "postgres"
}

resource "aws_db_instance" "off" {
  engine              = "postgres"
  deletion_protection = false # finding: CKV_AWS_293, RDS.8, RDS_INSTANCE_DELETION_PROTECTION_ENABLED
}

resource "aws_db_instance" "on" {
  engine              = "postgres"
  deletion_protection = true
}

resource "aws_rds_cluster" "silent" { # finding: CKV_AWS_139, RDS.7, RDS_CLUSTER_DELETION_PROTECTION_ENABLED
  engine = "aurora-mysql"
}

resource "aws_rds_cluster" "on" {
  engine              = "aurora-mysql"
  deletion_protection = true
}

resource "aws_rds_cluster_instance" "member" {
  cluster_identifier = aws_rds_cluster.on.id
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
}

resource "aws_rds_global_cluster" "silent" { # finding
  global_cluster_identifier = "silent"
}

resource "aws_rds_global_cluster" "on" {
  global_cluster_identifier = "on"
  deletion_protection       = true
}

resource "aws_neptune_cluster" "silent" { # finding: CKV2_AWS_58, Neptune.4, NEPTUNE_CLUSTER_DELETION_PROTECTION_ENABLED
  cluster_identifier = "silent"
}

resource "aws_neptune_cluster" "on" {
  cluster_identifier  = "on"
  deletion_protection = true
}

resource "aws_docdb_cluster" "silent" { # finding: DocumentDB.5, DOCDB_CLUSTER_DELETION_PROTECTION_ENABLED
  cluster_identifier = "silent"
}

resource "aws_docdb_cluster" "on" {
  cluster_identifier  = "on"
  deletion_protection = true
}

resource "aws_dynamodb_table" "silent" { # finding: DynamoDB.6, DYNAMODB_TABLE_DELETION_PROTECTION_ENABLED
  name     = "silent"
  hash_key = "id"
}

resource "aws_dynamodb_table" "on" {
  name                        = "on"
  hash_key                    = "id"
  deletion_protection_enabled = true
}
