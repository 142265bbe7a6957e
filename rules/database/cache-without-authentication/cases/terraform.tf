resource "aws_elasticache_replication_group" "open" { # finding: CKV_AWS_31, ElastiCache.6
  replication_group_id       = "open"
  description                = "open"
  transit_encryption_enabled = true
}

resource "aws_elasticache_replication_group" "plain" {
  replication_group_id       = "plain"
  description                = "plain"
  transit_encryption_enabled = false # finding: CKV_AWS_31
  user_group_ids             = ["sessions"]
}

resource "aws_elasticache_replication_group" "users" {
  replication_group_id       = "users"
  description                = "users"
  transit_encryption_enabled = true
  user_group_ids             = ["sessions"]
}

resource "aws_elasticache_replication_group" "token" {
  replication_group_id       = "token"
  description                = "token"
  transit_encryption_enabled = true
  auth_token                 = var.token
}

variable "token" {
  type      = string
  sensitive = true
}
