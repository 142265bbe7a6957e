resource "aws_db_instance" "orders" {
  engine               = "postgres"
  engine_version       = "16.4"
  parameter_group_name = aws_db_parameter_group.off.name
}

resource "aws_db_parameter_group" "off" {
  family = "postgres16"
  parameter {
    name  = "rds.force_ssl"
    value = "0" # finding: CKV2_AWS_69, RDS.38
  }
}

resource "aws_db_instance" "new" { # finding(all): CKV2_AWS_69
  engine               = "postgres"
  engine_version       = "16"
  parameter_group_name = aws_db_parameter_group.silent.name
}

resource "aws_db_parameter_group" "silent" {
  family = "postgres16"
  parameter {
    name  = "log_statement"
    value = "ddl"
  }
}

resource "aws_db_instance" "old" {
  engine               = "postgres"
  engine_version       = "13.15"
  parameter_group_name = "default.postgres13" # finding: RDS.38
}

resource "aws_db_instance" "forced" {
  engine               = "postgres"
  parameter_group_name = aws_db_parameter_group.on.name
}

resource "aws_db_parameter_group" "on" {
  family = "postgres16"
  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_db_instance" "carts" { # finding: RDS.39
  engine = "mysql"
}

resource "aws_db_instance" "carts_forced" {
  engine               = "mysql"
  parameter_group_name = aws_db_parameter_group.carts.name
}

resource "aws_db_parameter_group" "carts" {
  family = "mysql8.0"
  parameter {
    name  = "require_secure_transport"
    value = "ON"
  }
}

resource "aws_db_instance" "maria" { # finding
  engine         = "mariadb"
  engine_version = "10.11.8"
}

resource "aws_rds_cluster" "aurora" { # finding
  engine                          = "aurora-mysql"
  db_cluster_parameter_group_name = aws_rds_cluster_parameter_group.silent.name
}

resource "aws_rds_cluster_parameter_group" "silent" {
  family = "aurora-mysql8.0"
  parameter {
    name  = "time_zone"
    value = "UTC"
  }
}

resource "aws_rds_cluster" "new" {
  engine         = "aurora-postgresql"
  engine_version = "17.4"
}

resource "aws_rds_cluster_instance" "member" {
  cluster_identifier = aws_rds_cluster.new.id
  engine             = "aurora-postgresql"
  instance_class     = "db.r6g.large"
}

resource "aws_docdb_cluster_parameter_group" "off" {
  family = "docdb5.0"
  parameter {
    name  = "tls"
    value = "disabled" # finding: CKV_AWS_90
  }
}

resource "aws_docdb_cluster_parameter_group" "on" {
  family = "docdb5.0"
  parameter {
    name  = "tls"
    value = "enabled"
  }
}

resource "aws_redshift_parameter_group" "silent" { # finding: Redshift.2, REDSHIFT_REQUIRE_TLS_SSL
  name   = "silent"
  family = "redshift-1.0"
}

resource "aws_redshift_parameter_group" "on" {
  name   = "on"
  family = "redshift-1.0"
  parameter {
    name  = "require_ssl"
    value = "true"
  }
}
