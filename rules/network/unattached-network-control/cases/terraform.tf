resource "aws_vpc" "network" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "network" {
  vpc_id     = aws_vpc.network.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_security_group" "forgotten" { # finding: CKV2_AWS_5, EC2.22, EC2_SECURITY_GROUP_ATTACHED_TO_ENI_PERIODIC
  name        = "forgotten"
  description = "Forgotten"
  vpc_id      = aws_vpc.network.id
}

# That a rule is about a group does not put the group to use.
resource "aws_vpc_security_group_ingress_rule" "forgotten" {
  security_group_id = aws_security_group.forgotten.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "10.0.0.0/16"
}

resource "aws_network_acl" "forgotten" { # finding: CKV2_AWS_1, EC2.16, VPC_NETWORK_ACL_UNUSED_CHECK
  vpc_id = aws_vpc.network.id
}

# What is kept.
resource "aws_security_group" "orders" {
  name        = "orders"
  description = "Orders"
  vpc_id      = aws_vpc.network.id
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "orders.zip"

  vpc_config {
    security_group_ids = [aws_security_group.orders.id]
    subnet_ids         = [aws_subnet.network.id]
  }
}

resource "aws_network_acl" "inline" {
  vpc_id     = aws_vpc.network.id
  subnet_ids = [aws_subnet.network.id]
}

resource "aws_network_acl" "apart" {
  vpc_id = aws_vpc.network.id
}

resource "aws_network_acl_association" "apart" {
  network_acl_id = aws_network_acl.apart.id
  subnet_id      = aws_subnet.network.id
}

resource "aws_default_network_acl" "default" {
  default_network_acl_id = aws_vpc.network.default_network_acl_id
}

resource "aws_default_security_group" "default" {
  vpc_id = aws_vpc.network.id
}
