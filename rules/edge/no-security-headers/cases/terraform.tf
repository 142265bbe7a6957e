resource "aws_cloudfront_distribution" "bare" { enabled = true } # finding: CKV2_AWS_32

resource "aws_cloudfront_distribution" "untold" {
  enabled = true

  default_cache_behavior { # finding: CKV2_AWS_32
    viewer_protocol_policy = "redirect-to-https"
  }
}

resource "aws_cloudfront_distribution" "site" {
  enabled = true

  default_cache_behavior {
    viewer_protocol_policy     = "redirect-to-https"
    response_headers_policy_id = aws_cloudfront_response_headers_policy.headers.id
  }
}

resource "aws_cloudfront_response_headers_policy" "short" {
  name = "short"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 3600 # finding: CKV_AWS_259
      include_subdomains         = true
      preload                    = true
      override                   = true
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "headers" {
  name = "headers"

  security_headers_config {
    strict_transport_security {
      access_control_max_age_sec = 31536000
      include_subdomains         = true
      preload                    = true
      override                   = true
    }
  }
}
