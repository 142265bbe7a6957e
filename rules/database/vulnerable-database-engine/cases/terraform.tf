resource "aws_db_instance" "old" {
  engine         = "postgres"
  engine_version = "13.2" # finding: CKV_AWS_250
}

resource "aws_db_instance" "new" {
  engine         = "postgres"
  engine_version = "16.4"
}

resource "aws_db_instance" "other" {
  engine         = "mysql"
  engine_version = "11.8"
}

resource "aws_rds_cluster" "old" {
  engine         = "aurora-postgresql"
  engine_version = "11.8" # finding: CKV_AWS_250, CKV_AWS_388
}

resource "aws_rds_cluster" "new" {
  engine         = "aurora-postgresql"
  engine_version = "16.4"
}

resource "aws_rds_cluster_instance" "old" {
  cluster_identifier = aws_rds_cluster.old.id
  instance_class     = "db.r6g.large"
  engine             = "aurora-postgresql"
  engine_version     = "11.8" # finding: CKV_AWS_388
}

resource "aws_rds_cluster_instance" "new" {
  cluster_identifier = aws_rds_cluster.new.id
  instance_class     = "db.r6g.large"
  engine             = "aurora-postgresql"
  engine_version     = "16.4"
}
