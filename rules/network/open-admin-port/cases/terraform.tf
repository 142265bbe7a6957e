resource "aws_vpc" "network" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "bastion" {
  name        = "bastion"
  description = "Bastion"
  vpc_id      = aws_vpc.network.id

  ingress {
    description = "SSH"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"] # finding: CKV_AWS_24, EC2.13, EC2.18, EC2.19, INCOMING_SSH_DISABLED, VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS
  }
}

resource "aws_vpc_security_group_ingress_rule" "desktop" {
  security_group_id = aws_security_group.bastion.id
  ip_protocol       = "tcp"
  from_port         = 3389
  to_port           = 3389
  cidr_ipv6         = "::/0" # finding: CKV_AWS_25, EC2.14, EC2.18, EC2.19, RESTRICTED_INCOMING_TRAFFIC, VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS
}

resource "aws_security_group_rule" "ssh" {
  type              = "ingress"
  security_group_id = aws_security_group.bastion.id
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  ipv6_cidr_blocks  = ["::/0"] # finding: CKV_AWS_24, EC2.13, EC2.18, EC2.19, INCOMING_SSH_DISABLED, VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS
}

resource "aws_default_security_group" "default" {
  vpc_id = aws_vpc.network.id

  ingress {
    protocol    = "tcp"
    from_port   = 3389
    to_port     = 3389
    cidr_blocks = ["0.0.0.0/0"] # finding: CKV_AWS_25, EC2.14, EC2.18, EC2.19, RESTRICTED_INCOMING_TRAFFIC, VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS
  }
}

# What is kept.
resource "aws_security_group" "narrow" {
  name        = "narrow"
  description = "Narrow"
  vpc_id      = aws_vpc.network.id

  ingress {
    description = "SSH"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["203.0.113.0/24"]
  }

  ingress {
    description = "HTTPS"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_security_group_ingress_rule" "own" {
  security_group_id            = aws_security_group.narrow.id
  ip_protocol                  = "tcp"
  from_port                    = 3389
  to_port                      = 3389
  referenced_security_group_id = aws_security_group.narrow.id
}

resource "aws_security_group_rule" "own" {
  type                     = "ingress"
  security_group_id        = aws_security_group.narrow.id
  protocol                 = "tcp"
  from_port                = 22
  to_port                  = 22
  source_security_group_id = aws_security_group.bastion.id
}

resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.narrow.id
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = ["0.0.0.0/0"]
}
