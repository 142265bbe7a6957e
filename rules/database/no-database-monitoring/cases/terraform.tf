resource "aws_db_instance" "silent" { # finding: CKV_AWS_118, RDS.6, RDS_ENHANCED_MONITORING_ENABLED, CKV_AWS_353
  engine = "postgres"
}

resource "aws_db_instance" "off" {
  engine                       = "postgres"
  monitoring_interval          = 0     # finding: CKV_AWS_118, RDS.6, RDS_ENHANCED_MONITORING_ENABLED
  performance_insights_enabled = false # finding: CKV_AWS_353
}

resource "aws_db_instance" "on" {
  engine                       = "postgres"
  monitoring_interval          = 60
  monitoring_role_arn          = "arn:aws:iam::111122223333:role/rds-monitoring"
  performance_insights_enabled = true
}

resource "aws_rds_cluster_instance" "silent" { # finding: CKV_AWS_118, RDS.6, RDS_ENHANCED_MONITORING_ENABLED, CKV_AWS_353
  cluster_identifier = "aurora"
  engine             = "aurora-mysql"
  instance_class     = "db.r6g.large"
}

resource "aws_rds_cluster_instance" "on" {
  cluster_identifier           = "aurora"
  engine                       = "aurora-mysql"
  instance_class               = "db.r6g.large"
  monitoring_interval          = 60
  performance_insights_enabled = true
}
