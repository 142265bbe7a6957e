resource "aws_db_instance" "silent" { # finding: CKV2_AWS_60, RDS.17
  engine = "postgres"
}

resource "aws_db_instance" "off" {
  engine                = "postgres"
  copy_tags_to_snapshot = false # finding: CKV2_AWS_60, RDS.17
}

resource "aws_db_instance" "on" {
  engine                = "postgres"
  copy_tags_to_snapshot = true
}

resource "aws_rds_cluster" "silent" { # finding: CKV_AWS_313, RDS.16
  engine = "aurora-mysql"
}

resource "aws_rds_cluster" "on" {
  engine                = "aurora-mysql"
  copy_tags_to_snapshot = true
}

resource "aws_rds_cluster_instance" "member" {
  cluster_identifier = aws_rds_cluster.on.id
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
}

resource "aws_neptune_cluster" "silent" { # finding: CKV_AWS_362, Neptune.8
  cluster_identifier = "silent"
}

resource "aws_neptune_cluster" "on" {
  cluster_identifier    = "on"
  copy_tags_to_snapshot = true
}
