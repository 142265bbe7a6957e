resource "aws_rds_cluster" "silent" { # finding: CKV_AWS_326, RDS.14, AURORA_MYSQL_BACKTRACKING_ENABLED
  engine = "aurora-mysql"
}

resource "aws_rds_cluster" "off" {
  engine           = "aurora-mysql"
  backtrack_window = 0 # finding: CKV_AWS_326, RDS.14, AURORA_MYSQL_BACKTRACKING_ENABLED
}

resource "aws_rds_cluster" "on" {
  engine           = "aurora-mysql"
  backtrack_window = 86400
}

resource "aws_rds_cluster" "other" {
  engine = "aurora-postgresql"
}
