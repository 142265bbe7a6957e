resource "aws_opensearch_domain" "open" { # finding(all): CKV_AWS_137, Opensearch.2, OPENSEARCH_IN_VPC_ONLY
  domain_name = "open"
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding
      Action    = "es:*"
      Resource  = "*"
    }]
  })
}

resource "aws_opensearch_domain" "beside" { # finding(all): CKV_AWS_137, Opensearch.2, OPENSEARCH_IN_VPC_ONLY
  domain_name = "beside"
}

resource "aws_opensearch_domain_policy" "beside" {
  domain_name = aws_opensearch_domain.beside.domain_name
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # finding
      Action    = "es:*"
      Resource  = "${aws_opensearch_domain.beside.arn}/*"
    }]
  })
}

resource "aws_opensearch_domain" "inside" {
  domain_name = "inside"
  vpc_options {
    subnet_ids = ["subnet-11111111"]
  }
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:role/search" }
      Action    = "es:ESHttp*"
      Resource  = "*"
    }]
  })
}

resource "aws_elasticsearch_domain" "limited" { # finding(all): CKV_AWS_137, ES.2, ELASTICSEARCH_IN_VPC_ONLY
  domain_name = "limited"
  access_policies = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "es:*"
      Resource  = "*"
      Condition = { IpAddress = { "aws:SourceIp" = "192.0.2.0/24" } }
    }]
  })
}

resource "aws_elasticsearch_domain" "inside" {
  domain_name = "old-inside"
  vpc_options {
    subnet_ids = ["subnet-11111111"]
  }
}
