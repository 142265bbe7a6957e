resource "aws_cloudfront_distribution" "silent" { enabled = true } # finding: CKV_AWS_86, CloudFront.5, CLOUDFRONT_ACCESSLOGS_ENABLED

resource "aws_cloudfront_distribution" "site" {
  enabled = true

  logging_config {
    bucket = "logs.s3.amazonaws.com"
  }
}

resource "aws_cloudfront_distribution" "newer" {
  enabled = true
}

resource "aws_cloudwatch_log_delivery_source" "newer" {
  name         = "newer"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.newer.arn
}

resource "aws_wafv2_web_acl" "silent" { # finding: CKV2_AWS_31, WAF.11, WAFV2_LOGGING_ENABLED
  name  = "silent"
  scope = "CLOUDFRONT"
}

resource "aws_wafv2_web_acl" "site" {
  name  = "site"
  scope = "CLOUDFRONT"
}

resource "aws_wafv2_web_acl_logging_configuration" "site" {
  resource_arn            = aws_wafv2_web_acl.site.arn
  log_destination_configs = ["arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-site"]
}

resource "aws_route53_zone" "silent" { # finding: CKV2_AWS_39
  name = "example.com"
}

resource "aws_route53_zone" "logged" {
  name = "example.org"
}

resource "aws_route53_query_log" "logged" {
  cloudwatch_log_group_arn = "arn:aws:logs:us-east-1:111122223333:log-group:dns"
  zone_id                  = aws_route53_zone.logged.zone_id
}

resource "aws_route53_zone" "private" {
  name = "example.internal"
  vpc {
    vpc_id = "vpc-1"
  }
}

resource "aws_waf_web_acl" "silent" { # finding: CKV_AWS_176
  name        = "silent"
  metric_name = "silent"
}

resource "aws_waf_web_acl" "logged" {
  name        = "logged"
  metric_name = "logged"
  logging_configuration {
    log_destination = "arn:aws:firehose:us-east-1:111122223333:deliverystream/aws-waf-logs"
  }
}

resource "aws_wafregional_web_acl" "silent" { # finding: CKV_AWS_176
  name        = "silent"
  metric_name = "silent"
}

resource "aws_wafregional_web_acl" "logged" {
  name        = "logged"
  metric_name = "logged"
  logging_configuration {
    log_destination = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/aws-waf-logs"
  }
}
