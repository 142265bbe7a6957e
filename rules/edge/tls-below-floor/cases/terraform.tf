resource "aws_cloudfront_distribution" "old" {
  enabled = true

  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:123456789012:certificate/a1"
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1_2016" # finding: CKV_AWS_174
  }
}

resource "aws_cloudfront_distribution" "shared" {
  enabled = true

  viewer_certificate {
    cloudfront_default_certificate = true # finding(all): CKV_AWS_174
  }
}

resource "aws_cloudfront_distribution" "nearly" {
  enabled = true

  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:123456789012:certificate/a1"
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021" # finding(all)
  }
}

resource "aws_cloudfront_distribution" "site" {
  enabled = true

  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:123456789012:certificate/a1"
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.3_2025"
  }
}

resource "aws_lb_listener" "untold" { # finding: CKV_AWS_103
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1"
  port              = 443
  protocol          = "HTTPS"
  certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/a1"
}

resource "aws_alb_listener" "old" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1"
  port              = 444
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS-1-1-2017-01" # finding: CKV_AWS_103
  certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/a1"
}

resource "aws_lb_listener" "shop" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1"
  port              = 445
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  certificate_arn   = "arn:aws:acm:eu-west-1:123456789012:certificate/a1"
}

resource "aws_opensearch_domain" "old" {
  domain_name = "old"

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # finding: CKV_AWS_228
  }
}

resource "aws_elasticsearch_domain" "old" {
  domain_name = "older"

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # finding: CKV_AWS_228
  }
}

resource "aws_opensearch_domain" "untold" { # finding(all): CKV_AWS_228
  domain_name = "untold"
}

resource "aws_opensearch_domain" "search" {
  domain_name = "search"

  domain_endpoint_options {
    enforce_https       = true
    tls_security_policy = "Policy-Min-TLS-1-2-PFS-2023-10"
  }
}
