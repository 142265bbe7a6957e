# The provider takes HTTP where a listener of an application load balancer does not say its protocol.
resource "aws_lb" "shop" {
  load_balancer_type = "application"
}

resource "aws_lb_listener" "open" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 80 # finding: CKV_AWS_2, ELB.1, ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK

  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/1"
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 80

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb" "appliance" {
  load_balancer_type = "gateway"
}

resource "aws_lb_listener" "appliance" {
  load_balancer_arn = aws_lb.appliance.arn

  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/appliance/1"
  }
}
