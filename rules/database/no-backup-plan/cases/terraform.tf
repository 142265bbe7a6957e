resource "aws_rds_cluster" "alone" { # finding: CKV2_AWS_8
  engine = "aurora-postgresql"
}

resource "aws_rds_cluster" "covered" {
  engine = "aurora-postgresql"
}

resource "aws_backup_selection" "databases" {
  name         = "databases"
  plan_id      = "plan"
  iam_role_arn = "arn:aws:iam::111122223333:role/backup"
  resources    = [aws_rds_cluster.covered.arn]
}
