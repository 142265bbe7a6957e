resource "aws_vpc" "closed" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_default_security_group" "closed" {
  vpc_id  = aws_vpc.closed.id
  ingress = []
  egress  = []
}

resource "aws_vpc" "open" {
  cidr_block = "10.1.0.0/16"
}

resource "aws_default_security_group" "open" {
  vpc_id = aws_vpc.open.id

  ingress { # finding: CKV2_AWS_12
    protocol  = "-1"
    self      = true
    from_port = 0
    to_port   = 0
  }
}

resource "aws_default_vpc" "kept" { # finding: CKV_AWS_148
}

resource "aws_default_security_group" "of_default" {
  vpc_id = aws_default_vpc.kept.id
}

resource "aws_elasticache_cluster" "homeless" { # finding: CKV_AWS_323
  cluster_id = "homeless"
  engine     = "memcached"
}

resource "aws_elasticache_cluster" "default" {
  cluster_id        = "default"
  subnet_group_name = "default" # finding: CKV_AWS_323
}

resource "aws_elasticache_cluster" "member" {
  cluster_id           = "member"
  replication_group_id = "sessions"
}

resource "aws_elasticache_cluster" "placed" {
  cluster_id        = "placed"
  subnet_group_name = "orders"
}

resource "aws_opensearch_domain" "default" {
  domain_name = "default"
  vpc_options { # finding: CKV_AWS_248
    subnet_ids = ["subnet-1"]
  }
}

resource "aws_elasticsearch_domain" "default" {
  domain_name = "old"
  vpc_options { # finding: CKV_AWS_248
    subnet_ids = ["subnet-1"]
  }
}

resource "aws_opensearch_domain" "placed" {
  domain_name = "placed"
  vpc_options {
    subnet_ids         = ["subnet-1"]
    security_group_ids = ["sg-1"]
  }
}

resource "aws_elasticsearch_domain" "outside" {
  domain_name = "outside"
}
