resource "aws_cloudfront_distribution" "rootless" { enabled = true } # finding: CKV_AWS_305, CloudFront.1, CLOUDFRONT_DEFAULT_ROOT_OBJECT_CONFIGURED

resource "aws_cloudfront_distribution" "site" {
  enabled             = true
  default_root_object = "index.html"
}
