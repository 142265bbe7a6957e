resource "aws_db_instance" "silent" { # finding: CKV2_AWS_30
  engine = "postgres"
}

resource "aws_db_instance" "defaults" {
  engine               = "postgres"
  parameter_group_name = "default.postgres16" # finding: CKV2_AWS_30
}

resource "aws_db_instance" "logged" {
  engine               = "postgres"
  parameter_group_name = aws_db_parameter_group.logged.name
}

resource "aws_db_parameter_group" "logged" {
  family = "postgres16"
  parameter {
    name  = "log_statement"
    value = "ddl"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
}

resource "aws_db_instance" "other" {
  engine = "mysql"
}

resource "aws_rds_cluster" "half" {
  engine                          = "aurora-postgresql"
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.half.name # finding: CKV2_AWS_27
}

resource "aws_rds_cluster_parameter_group" "half" {
  family = "aurora-postgresql16"
  parameter {
    name  = "log_statement"
    value = "all"
  }
}

resource "aws_rds_cluster" "logged" {
  engine                          = "aurora-postgresql"
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.logged.name
}

resource "aws_rds_cluster_parameter_group" "logged" {
  family = "aurora-postgresql16"
  parameter {
    name  = "log_statement"
    value = "ddl"
  }
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
}

resource "aws_rds_cluster_instance" "member" {
  cluster_identifier = aws_rds_cluster.logged.id
  engine             = "aurora-postgresql"
  instance_class     = "db.r6g.large"
}
