resource "aws_cloudtrail" "unsaid" { # finding: CKV_AWS_67
  name           = "unsaid"
  s3_bucket_name = "trail"
}

resource "aws_cloudtrail" "one" {
  name                  = "one"
  s3_bucket_name        = "trail"
  is_multi_region_trail = false # finding: CKV_AWS_67
}

resource "aws_cloudtrail" "all" {
  name                  = "all"
  s3_bucket_name        = "trail"
  is_multi_region_trail = true
}
