resource "aws_opensearch_domain" "silent" { # finding: CKV2_AWS_52, Opensearch.7, OPENSEARCH_ACCESS_CONTROL_ENABLED
  domain_name = "silent"
}

resource "aws_opensearch_domain" "off" {
  domain_name = "off"
  advanced_security_options {
    enabled = false # finding: CKV2_AWS_52, Opensearch.7, OPENSEARCH_ACCESS_CONTROL_ENABLED
  }
}

resource "aws_opensearch_domain" "on" {
  domain_name = "on"
  advanced_security_options {
    enabled = true
    master_user_options {
      master_user_arn = "arn:aws:iam::111122223333:role/search-admin"
    }
  }
}

resource "aws_elasticsearch_domain" "silent" { # finding: CKV2_AWS_52
  domain_name = "old-silent"
}

resource "aws_elasticsearch_domain" "on" {
  domain_name = "old-on"
  advanced_security_options {
    enabled = true
  }
}
