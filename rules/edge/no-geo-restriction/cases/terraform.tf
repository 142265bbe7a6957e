resource "aws_cloudfront_distribution" "untold" { enabled = true } # finding: CKV_AWS_374

resource "aws_cloudfront_distribution" "world" {
  enabled = true

  restrictions {
    geo_restriction {
      restriction_type = "none" # finding: CKV_AWS_374
    }
  }
}

resource "aws_cloudfront_distribution" "site" {
  enabled = true

  restrictions {
    geo_restriction {
      restriction_type = "whitelist"
      locations        = ["DE", "FR"]
    }
  }
}
