resource "aws_cloudfront_distribution" "single" { enabled = true } # finding: CKV_AWS_310, CloudFront.4, CLOUDFRONT_ORIGIN_FAILOVER_ENABLED

resource "aws_cloudfront_distribution" "site" {
  enabled = true

  origin {
    origin_id   = "first"
    domain_name = "first.example.com"
  }

  origin {
    origin_id   = "second"
    domain_name = "second.example.com"
  }

  origin_group {
    origin_id = "both"

    failover_criteria {
      status_codes = [500, 502, 503]
    }

    member {
      origin_id = "first"
    }

    member {
      origin_id = "second"
    }
  }
}
