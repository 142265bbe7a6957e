resource "aws_vpc_endpoint_service" "everyone" {
  network_load_balancer_arns = ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/everyone/1"]
  acceptance_required        = false # finding: CKV_AWS_123
  allowed_principals         = ["*"]
}

resource "aws_vpc_endpoint_service" "apart" {
  network_load_balancer_arns = ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/apart/1"]
  acceptance_required        = false # finding: CKV_AWS_123
}

resource "aws_vpc_endpoint_service_allowed_principal" "apart" {
  vpc_endpoint_service_id = aws_vpc_endpoint_service.apart.id
  principal_arn           = "*"
}

resource "aws_vpc_endpoint_service" "named" {
  network_load_balancer_arns = ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/named/1"]
  acceptance_required        = false # finding(all): CKV_AWS_123
  allowed_principals         = ["arn:aws:iam::210987654321:root"]
}

resource "aws_vpc_endpoint_service" "accepted" {
  network_load_balancer_arns = ["arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/accepted/1"]
  acceptance_required        = true
  allowed_principals         = ["*"]
}
