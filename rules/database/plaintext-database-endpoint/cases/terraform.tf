resource "aws_dax_cluster" "silent" { # finding: CKV_AWS_239, DynamoDB.7, DAX_TLS_ENDPOINT_ENCRYPTION
  cluster_name = "silent"
}

resource "aws_dax_cluster" "off" {
  cluster_name                     = "off"
  cluster_endpoint_encryption_type = "NONE" # finding: CKV_AWS_239, DynamoDB.7, DAX_TLS_ENDPOINT_ENCRYPTION
}

resource "aws_dax_cluster" "on" {
  cluster_name                     = "on"
  cluster_endpoint_encryption_type = "TLS"
}

resource "aws_elasticache_replication_group" "silent" { # finding: CKV_AWS_30, ElastiCache.5, ELASTICACHE_REPL_GRP_ENCRYPTED_IN_TRANSIT
  replication_group_id = "silent"
  description          = "silent"
}

resource "aws_elasticache_replication_group" "off" {
  replication_group_id       = "off"
  description                = "off"
  transit_encryption_enabled = false # finding: CKV_AWS_30, ElastiCache.5, ELASTICACHE_REPL_GRP_ENCRYPTED_IN_TRANSIT
}

resource "aws_elasticache_replication_group" "half" {
  replication_group_id       = "half"
  description                = "half"
  transit_encryption_enabled = true
  transit_encryption_mode    = "preferred" # finding(all)
}

resource "aws_elasticache_replication_group" "on" {
  replication_group_id       = "on"
  description                = "on"
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
}

resource "aws_db_proxy" "silent" { # finding
  name          = "silent"
  engine_family = "POSTGRESQL"
}

resource "aws_db_proxy" "on" {
  name          = "on"
  engine_family = "POSTGRESQL"
  require_tls   = true
}

resource "aws_memorydb_cluster" "off" {
  name        = "off"
  tls_enabled = false # finding
}

resource "aws_memorydb_cluster" "silent" {
  name = "silent"
}

resource "aws_opensearch_domain" "off" {
  domain_name = "off"
  node_to_node_encryption {
    enabled = false # finding: CKV_AWS_6, Opensearch.3, OPENSEARCH_NODE_TO_NODE_ENCRYPTION_CHECK
  }
  domain_endpoint_options {
    enforce_https       = false                        # finding: CKV_AWS_83
    tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # finding(all): CKV_AWS_228, Opensearch.8
  }
}

# A block of options means HTTPS unless it says otherwise.
resource "aws_opensearch_domain" "on" {
  domain_name = "on"
  node_to_node_encryption {
    enabled = true
  }
  domain_endpoint_options {
    tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
  }
}

resource "aws_elasticsearch_domain" "off" {
  domain_name = "old-off"
  node_to_node_encryption {
    enabled = false # finding: CKV_AWS_6, ES.3, ELASTICSEARCH_NODE_TO_NODE_ENCRYPTION_CHECK
  }
  domain_endpoint_options {
    enforce_https       = false                        # finding: CKV_AWS_83
    tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # finding(all): CKV_AWS_228, ES.8
  }
}

resource "aws_elasticsearch_domain" "on" {
  domain_name = "old-on"
  node_to_node_encryption {
    enabled = true
  }
  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-2019-07"
  }
}

resource "aws_dms_endpoint" "plain" {
  endpoint_id   = "plain"
  endpoint_type = "source"
  engine_name   = "mysql"
  ssl_mode      = "none" # finding(all): DMS.9, DMS_ENDPOINT_SSL_CONFIGURED
}

resource "aws_dms_endpoint" "silent" {
  endpoint_id   = "silent"
  endpoint_type = "source"
  engine_name   = "mysql" # finding(all): DMS.9, DMS_ENDPOINT_SSL_CONFIGURED
}

resource "aws_dms_endpoint" "verified" {
  endpoint_id   = "verified"
  endpoint_type = "source"
  engine_name   = "mysql"
  ssl_mode      = "verify-full"
}
