resource "aws_kms_key" "off" {
  is_enabled = false # finding: CKV_AWS_227
}

resource "aws_kms_key" "silent" {
  enable_key_rotation = true
}

resource "aws_kms_key" "on" {
  is_enabled = true
}
