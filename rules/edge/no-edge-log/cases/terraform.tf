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
