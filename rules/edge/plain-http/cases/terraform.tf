resource "aws_cloudfront_distribution" "open" {
  enabled = true

  default_cache_behavior {
    viewer_protocol_policy = "allow-all" # finding: CKV_AWS_34, CloudFront.3, CLOUDFRONT_VIEWER_POLICY_HTTPS
  }

  ordered_cache_behavior {
    path_pattern           = "/api/*"
    viewer_protocol_policy = "allow-all" # finding: CKV_AWS_34, CloudFront.3, CLOUDFRONT_VIEWER_POLICY_HTTPS
  }

  ordered_cache_behavior {
    path_pattern           = "/files/*"
    viewer_protocol_policy = "https-only"
  }
}

resource "aws_cloudfront_distribution" "site" {
  enabled = true

  default_cache_behavior {
    viewer_protocol_policy = "redirect-to-https"
  }
}

resource "aws_lb" "shop" {
  load_balancer_type = "application"
}

resource "aws_lb_listener" "open" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 80
  protocol          = "HTTP" # finding: CKV_AWS_2, ELB.1, ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK

  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/1"
  }
}

resource "aws_lb_listener" "redirect" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 81
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "shop" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/a1"

  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/1"
  }
}

resource "aws_lb" "inner" {
  internal           = true
  load_balancer_type = "application"
}

resource "aws_lb_listener" "inner" {
  load_balancer_arn = aws_lb.inner.arn
  port              = 80
  protocol          = "HTTP" # finding(all): CKV_AWS_2, ELB.1, ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK

  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/1"
  }
}

resource "aws_elb" "open" {
  listener {
    instance_port     = 8000
    instance_protocol = "http"
    lb_port           = 80
    lb_protocol       = "http" # finding: ELB.3, ELB_TLS_HTTPS_LISTENERS_ONLY
  }
}

resource "aws_elb" "classic" {
  listener {
    instance_port      = 8000
    instance_protocol  = "http"
    lb_port            = 443
    lb_protocol        = "https"
    ssl_certificate_id = "arn:aws:iam::123456789012:server-certificate/shop"
  }
}

resource "aws_opensearch_domain" "open" {
  domain_name = "open"

  domain_endpoint_options {
    enforce_https = false # finding: CKV_AWS_83, OPENSEARCH_HTTPS_REQUIRED
  }
}

resource "aws_elasticsearch_domain" "open" {
  domain_name = "older"

  domain_endpoint_options {
    enforce_https = false # finding: CKV_AWS_83, OPENSEARCH_HTTPS_REQUIRED
  }
}

resource "aws_opensearch_domain" "untold" { # finding(all): CKV_AWS_83, OPENSEARCH_HTTPS_REQUIRED
  domain_name = "untold"
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"

  domain_endpoint_options {
    enforce_https = true
  }
}
