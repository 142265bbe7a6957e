# Where the nightly report runs, and the database that it fills.

resource "aws_vpc" "orders" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_support   = true
  enable_dns_hostnames = true
}

# Without rules: what gets no group of its own reaches nothing.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.orders.id
}

resource "aws_subnet" "private" {
  count = 2

  vpc_id                  = aws_vpc.orders.id
  cidr_block              = cidrsubnet(aws_vpc.orders.cidr_block, 8, count.index + 1)
  availability_zone       = data.aws_availability_zones.here.names[count.index]
  map_public_ip_on_launch = false
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.orders.id
}

resource "aws_route_table_association" "private" {
  count = 2

  route_table_id = aws_route_table.private.id
  subnet_id      = aws_subnet.private[count.index].id
}

data "aws_iam_policy_document" "dynamodb_endpoint" {
  statement {
    actions   = ["dynamodb:Scan"]
    resources = [aws_dynamodb_table.orders.arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalAccount"
      values   = [local.account]
    }
  }
}

resource "aws_vpc_endpoint" "dynamodb" {
  vpc_id            = aws_vpc.orders.id
  service_name      = "com.amazonaws.${local.region}.dynamodb"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.private.id]
  policy            = data.aws_iam_policy_document.dynamodb_endpoint.json
}

resource "aws_flow_log" "orders" {
  vpc_id               = aws_vpc.orders.id
  traffic_type         = "ALL"
  log_destination_type = "cloud-watch-logs"
  log_destination      = aws_cloudwatch_log_group.logs["flow"].arn
  iam_role_arn         = aws_iam_role.services["flow_log"].arn
}

resource "aws_security_group" "database_clients" {
  description = "Functions that reach the reporting database"
  vpc_id      = aws_vpc.orders.id
}

resource "aws_vpc_security_group_egress_rule" "dynamodb" {
  security_group_id = aws_security_group.database_clients.id
  description       = "DynamoDB"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = data.aws_ec2_managed_prefix_list.dynamodb.id
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.database_clients.id
  description                  = "reporting database"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database.id
}

resource "aws_security_group" "database" {
  description = "Reporting database"
  vpc_id      = aws_vpc.orders.id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "from the functions"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database_clients.id
}

resource "aws_db_subnet_group" "reporting" {
  description = "Reporting database"
  subnet_ids  = aws_subnet.private[*].id
}

resource "aws_rds_cluster_parameter_group" "reporting" {
  description = "TLS is forced, statements are logged"
  family      = "aurora-postgresql16"

  dynamic "parameter" {
    for_each = {
      "rds.force_ssl"            = "1"
      "ssl_min_protocol_version" = "TLSv1.3"
      "log_connections"          = "1"
      "log_statement"            = "ddl"
    }
    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}

# RDS makes the owner's password, keeps it in Secrets Manager and rotates it.
resource "aws_rds_cluster" "reporting" {
  engine                              = "aurora-postgresql"
  engine_version                      = "16.8"
  database_name                       = "reporting"
  master_username                     = "orders_owner"
  manage_master_user_password         = true
  master_user_secret_kms_key_id       = aws_kms_key.data.arn
  iam_database_authentication_enabled = true
  storage_encrypted                   = true
  kms_key_id                          = aws_kms_key.data.arn
  db_cluster_parameter_group_name     = aws_rds_cluster_parameter_group.reporting.name
  db_subnet_group_name                = aws_db_subnet_group.reporting.name
  vpc_security_group_ids              = [aws_security_group.database.id]
  backup_retention_period             = 35
  copy_tags_to_snapshot               = true
  deletion_protection                 = true
  final_snapshot_identifier           = "orders-${var.stage}-final"
  enabled_cloudwatch_logs_exports     = ["postgresql"]

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 4
  }
}

resource "aws_rds_cluster_instance" "reporting" {
  count = 2

  cluster_identifier              = aws_rds_cluster.reporting.id
  engine                          = aws_rds_cluster.reporting.engine
  instance_class                  = "db.serverless"
  publicly_accessible             = false
  auto_minor_version_upgrade      = true
  monitoring_interval             = 60
  monitoring_role_arn             = aws_iam_role.services["monitoring"].arn
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.data.arn
}
