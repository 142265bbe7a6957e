resource "aws_db_instance" "old" {
  engine             = "postgres"
  ca_cert_identifier = "rds-ca-2019" # finding: CKV_AWS_211
}

resource "aws_db_instance" "new" {
  engine             = "postgres"
  ca_cert_identifier = "rds-ca-rsa2048-g1"
}

resource "aws_db_instance" "silent" {
  engine = "postgres"
}

resource "aws_rds_cluster_instance" "old" {
  cluster_identifier = "aurora"
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
  ca_cert_identifier = "rds-ca-2019" # finding: CKV_AWS_211
}
