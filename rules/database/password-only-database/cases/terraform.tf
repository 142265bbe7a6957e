resource "aws_db_instance" "silent" {
  engine = "postgres" # finding: CKV_AWS_161, RDS.10, RDS_INSTANCE_IAM_AUTHENTICATION_ENABLED
}

resource "aws_db_instance" "on" {
  engine                              = "postgres"
  iam_database_authentication_enabled = true
}

# Oracle has no such authentication.
resource "aws_db_instance" "oracle" {
  engine = "oracle-ee"
}

resource "aws_rds_cluster" "silent" { # finding: CKV_AWS_162, RDS.12, RDS_CLUSTER_IAM_AUTHENTICATION_ENABLED
  engine = "aurora-mysql"
}

resource "aws_rds_cluster" "on" {
  engine                              = "aurora-mysql"
  iam_database_authentication_enabled = true
}

resource "aws_rds_cluster_instance" "member" {
  cluster_identifier = aws_rds_cluster.on.id
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
}

resource "aws_db_proxy" "off" {
  name = "off"
  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "DISABLED" # finding
  }
}

resource "aws_db_proxy" "on" {
  name = "on"
  auth {
    auth_scheme = "SECRETS"
    iam_auth    = "REQUIRED"
  }
}

resource "aws_neptune_cluster" "silent" { # finding: CKV_AWS_359, Neptune.7, NEPTUNE_CLUSTER_IAM_DATABASE_AUTHENTICATION
  cluster_identifier = "silent"
}

resource "aws_neptune_cluster" "on" {
  cluster_identifier                  = "on"
  iam_database_authentication_enabled = true
}
