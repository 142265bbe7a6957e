resource "aws_cloudfront_distribution" "untold" { enabled = true } # finding: CKV2_AWS_42, CloudFront.7, CLOUDFRONT_CUSTOM_SSL_CERTIFICATE

resource "aws_cloudfront_distribution" "shared" {
  enabled = true

  viewer_certificate { # finding: CKV2_AWS_42, CloudFront.7, CLOUDFRONT_CUSTOM_SSL_CERTIFICATE
    cloudfront_default_certificate = true
  }
}

resource "aws_cloudfront_distribution" "site" {
  enabled = true
  aliases = ["www.example.com"]

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate.site.arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.3_2025"
  }
}

resource "aws_acm_certificate" "site" {
  domain_name       = "www.example.com"
  validation_method = "DNS"
}
