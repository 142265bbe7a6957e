variable "password" {
  type      = string
  sensitive = true
}

variable "leaked" {
  type    = string
  default = "correct-horse-battery" # finding
}

resource "aws_db_instance" "literal" {
  engine   = "postgres"
  username = "admin"
  password = "staple-in-the-template" # finding
}

resource "aws_db_instance" "given" {
  engine   = "postgres"
  username = "admin"
  password = var.password
}

resource "aws_db_instance" "managed" {
  engine                      = "postgres"
  username                    = "admin"
  manage_master_user_password = true
}

resource "aws_rds_cluster" "leaked" {
  engine          = "aurora-mysql"
  master_username = "admin"
  master_password = var.leaked
}

resource "aws_rds_cluster" "managed" {
  engine                      = "aurora-mysql"
  master_username             = "admin"
  manage_master_user_password = true
}

resource "aws_docdb_cluster" "literal" {
  master_username = "admin"
  master_password = "staple-in-the-template" # finding
}

resource "aws_docdb_cluster" "given" {
  master_username = "admin"
  master_password = var.password
}

resource "aws_redshift_cluster" "literal" {
  cluster_identifier = "literal"
  master_password    = "Staple-1-template" # finding
}

resource "aws_redshift_cluster" "given" {
  cluster_identifier = "given"
  master_password    = var.password
}

resource "aws_redshiftserverless_namespace" "literal" {
  namespace_name      = "literal"
  admin_user_password = "Staple-1-template" # finding
}

resource "aws_elasticache_replication_group" "literal" {
  replication_group_id = "literal"
  description          = "literal"
  auth_token           = "a-token-of-sixteen-letters" # finding
}

resource "aws_elasticache_replication_group" "given" {
  replication_group_id = "given"
  description          = "given"
  auth_token           = data.aws_secretsmanager_secret_version.token.secret_string
}

data "aws_secretsmanager_secret_version" "token" {
  secret_id = "token"
}

resource "aws_elasticache_user" "literal" {
  user_id   = "literal"
  user_name = "literal"
  engine    = "redis"
  passwords = ["a-password-in-a-list"] # finding
}

resource "aws_elasticache_user" "block" {
  user_id   = "block"
  user_name = "block"
  engine    = "redis"
  authentication_mode {
    type      = "password"
    passwords = ["a-password-in-a-list"] # finding
  }
}

resource "aws_opensearch_domain" "literal" {
  domain_name = "literal"
  advanced_security_options {
    enabled = true
    master_user_options {
      master_user_name     = "admin"
      master_user_password = "Admin-1234" # finding
    }
  }
}

resource "aws_dms_endpoint" "literal" {
  endpoint_id   = "literal"
  endpoint_type = "source"
  engine_name   = "mysql"
  password      = "staple-in-the-template" # finding
}

resource "aws_dms_endpoint" "given" {
  endpoint_id   = "given"
  endpoint_type = "source"
  engine_name   = "mysql"
  password      = var.password
}

resource "aws_mq_broker" "literal" {
  broker_name = "literal"
  engine_type = "RabbitMQ"
  user {
    username = "orders"
    password = "orders-password" # finding
  }
}

resource "aws_mq_broker" "given" {
  broker_name = "given"
  engine_type = "RabbitMQ"
  user {
    username = "orders"
    password = var.password
  }
}
