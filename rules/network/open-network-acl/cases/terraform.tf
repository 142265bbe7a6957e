resource "aws_vpc" "network" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_network_acl_rule" "ssh" {
  network_acl_id = aws_network_acl.inline.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0" # finding: CKV_AWS_232, EC2.21, NACL_NO_UNRESTRICTED_SSH_RDP
  from_port      = 22
  to_port        = 22
}

resource "aws_network_acl_rule" "all" {
  network_acl_id  = aws_network_acl.inline.id
  rule_number     = 110
  rule_action     = "allow"
  protocol        = "-1"
  ipv6_cidr_block = "::/0" # finding: CKV_AWS_229, CKV_AWS_230, CKV_AWS_231, CKV_AWS_232, CKV_AWS_352, EC2.21, NACL_NO_UNRESTRICTED_SSH_RDP
}

resource "aws_network_acl_rule" "ftp" {
  network_acl_id = aws_network_acl.inline.id
  rule_number    = 120
  egress         = false
  rule_action    = "allow"
  protocol       = 6
  cidr_block     = "0.0.0.0/0" # finding: CKV_AWS_229, CKV_AWS_230
  from_port      = 20
  to_port        = 21
}

resource "aws_network_acl" "inline" {
  vpc_id     = aws_vpc.network.id
  subnet_ids = ["subnet-1"]

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0" # finding: CKV_AWS_231, EC2.21, NACL_NO_UNRESTRICTED_SSH_RDP
    from_port  = 3389
    to_port    = 3389
  }

  ingress {
    rule_no    = 110
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 443
    to_port    = 443
  }

  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_default_network_acl" "default" {
  default_network_acl_id = aws_vpc.network.default_network_acl_id

  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0" # finding: CKV_AWS_229, CKV_AWS_230, CKV_AWS_231, CKV_AWS_232, CKV_AWS_352, EC2.21, NACL_NO_UNRESTRICTED_SSH_RDP
    from_port  = 0
    to_port    = 0
  }

  ingress {
    rule_no    = 90
    action     = "deny"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

# What is kept.
resource "aws_network_acl_rule" "https" {
  network_acl_id = aws_network_acl.inline.id
  rule_number    = 200
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0"
  from_port      = 443
  to_port        = 443
}

resource "aws_network_acl_rule" "office" {
  network_acl_id = aws_network_acl.inline.id
  rule_number    = 210
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "203.0.113.0/24"
  from_port      = 20
  to_port        = 3389
}

resource "aws_network_acl_rule" "out" {
  network_acl_id = aws_network_acl.inline.id
  rule_number    = 200
  egress         = true
  rule_action    = "allow"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}

resource "aws_network_acl_rule" "denied" {
  network_acl_id = aws_network_acl.inline.id
  rule_number    = 90
  rule_action    = "deny"
  protocol       = "-1"
  cidr_block     = "0.0.0.0/0"
}
