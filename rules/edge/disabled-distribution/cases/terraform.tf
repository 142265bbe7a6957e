resource "aws_cloudfront_distribution" "retired" {
  enabled = false # finding: CKV_AWS_216
}

resource "aws_cloudfront_distribution" "site" {
  enabled = true
}
