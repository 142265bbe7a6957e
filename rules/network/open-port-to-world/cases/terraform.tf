resource "aws_vpc" "network" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_security_group" "database" {
  name        = "database"
  description = "Orders database"
  vpc_id      = aws_vpc.network.id

  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = ["0.0.0.0/0"] # finding: EC2.18, EC2.19, VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS
  }

  ingress {
    protocol    = "tcp"
    from_port   = 80
    to_port     = 80
    cidr_blocks = ["0.0.0.0/0"] # finding(all): CKV_AWS_260
  }
}

resource "aws_vpc_security_group_ingress_rule" "everything" {
  security_group_id = aws_security_group.database.id
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0" # finding: CKV_AWS_24, CKV_AWS_25, CKV_AWS_260, CKV_AWS_277, EC2.13, EC2.14, EC2.18, EC2.19, INCOMING_SSH_DISABLED, RESTRICTED_INCOMING_TRAFFIC, VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS
}

resource "aws_security_group_rule" "everything" {
  type              = "ingress"
  security_group_id = aws_security_group.database.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["0.0.0.0/0"] # finding: CKV_AWS_24, CKV_AWS_25, CKV_AWS_260, CKV_AWS_277, EC2.13, EC2.14, EC2.18, EC2.19, INCOMING_SSH_DISABLED, RESTRICTED_INCOMING_TRAFFIC, VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS
}

resource "aws_security_group" "cluster" {
  name        = "cluster"
  description = "EMR"
  vpc_id      = aws_vpc.network.id

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"] # finding: CKV2_AWS_7
  }
}

resource "aws_emr_cluster" "cluster" {
  name          = "cluster"
  release_label = "emr-7.5.0"
  service_role  = "arn:aws:iam::123456789012:role/emr"

  ec2_attributes {
    instance_profile                  = "emr"
    emr_managed_master_security_group = aws_security_group.cluster.id
    emr_managed_slave_security_group  = aws_security_group.workers.id
  }

  master_instance_group {
    instance_type = "m5.xlarge"
  }
}

locals {
  ports = [5432, 6379]
}

resource "aws_security_group" "dynamic" {
  name        = "dynamic"
  description = "Databases"
  vpc_id      = aws_vpc.network.id

  dynamic "ingress" {
    for_each = local.ports

    content {
      protocol    = "tcp"
      from_port   = ingress.value
      to_port     = ingress.value
      cidr_blocks = ["0.0.0.0/0"] # finding: EC2.18, EC2.19, VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS
    }
  }
}

# What is kept.
resource "aws_security_group" "workers" {
  name        = "workers"
  description = "EMR workers"
  vpc_id      = aws_vpc.network.id

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["10.0.0.0/16"]
  }
}

resource "aws_security_group" "balancer" {
  name        = "balancer"
  description = "Public load balancer"
  vpc_id      = aws_vpc.network.id

  ingress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    protocol    = "icmp"
    from_port   = 8
    to_port     = -1
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "from_balancer" {
  security_group_id            = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.balancer.id
}

resource "aws_security_group_rule" "from_office" {
  type              = "ingress"
  security_group_id = aws_security_group.database.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["10.0.0.0/8"]
}
