resource "aws_security_group" "open" {
  name        = "open"
  description = "Orders"

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"] # finding: CKV_AWS_382
  }
}

resource "aws_vpc_security_group_egress_rule" "open" {
  security_group_id = aws_security_group.unsaid.id
  ip_protocol       = "-1"
  cidr_ipv6         = "::/0" # finding: CKV_AWS_382
}

resource "aws_security_group_rule" "open" {
  type              = "egress"
  security_group_id = aws_security_group.unsaid.id
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = ["0.0.0.0/0"] # finding: CKV_AWS_382
}

# What is kept. The provider takes away the rule that AWS would add.
resource "aws_security_group" "unsaid" {
  name        = "unsaid"
  description = "Nothing said"
}

resource "aws_security_group" "orders" {
  name        = "orders"
  description = "Orders"

  egress {
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.unsaid.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.orders.id
}

resource "aws_security_group_rule" "database" {
  type                     = "egress"
  security_group_id        = aws_security_group.unsaid.id
  protocol                 = "tcp"
  from_port                = 5432
  to_port                  = 5432
  source_security_group_id = aws_security_group.orders.id
}
