resource "aws_s3_bucket" "files" {
  bucket = "files"
}

resource "aws_cloudfront_distribution" "open" {
  enabled = true

  origin { # finding: CKV2_AWS_46, CloudFront.13, CLOUDFRONT_S3_ORIGIN_ACCESS_CONTROL_ENABLED
    origin_id   = "files"
    domain_name = aws_s3_bucket.files.bucket_regional_domain_name
  }
}

# The older way still protects the bucket.
resource "aws_cloudfront_origin_access_identity" "files" {
  comment = "files"
}

resource "aws_cloudfront_distribution" "older" {
  enabled = true

  origin { # finding(all): CloudFront.13, CLOUDFRONT_S3_ORIGIN_ACCESS_CONTROL_ENABLED
    origin_id   = "files"
    domain_name = aws_s3_bucket.files.bucket_regional_domain_name

    s3_origin_config {
      origin_access_identity = aws_cloudfront_origin_access_identity.files.cloudfront_access_identity_path
    }
  }
}

resource "aws_cloudfront_origin_access_control" "files" {
  name                              = "files"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_distribution" "site" {
  enabled = true

  origin {
    origin_id                = "files"
    domain_name              = aws_s3_bucket.files.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.files.id
  }

  origin {
    origin_id   = "api"
    domain_name = "api.example.com"

    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
}
