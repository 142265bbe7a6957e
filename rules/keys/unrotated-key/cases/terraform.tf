resource "aws_kms_key" "silent" { # finding: CKV_AWS_7, KMS.4, CMK_BACKING_KEY_ROTATION_ENABLED
  description = "Orders at rest"
}

resource "aws_kms_key" "off" {
  enable_key_rotation = false # finding: CKV_AWS_7, KMS.4, CMK_BACKING_KEY_ROTATION_ENABLED
}

resource "aws_kms_key" "on" {
  enable_key_rotation     = true
  rotation_period_in_days = 180
}

resource "aws_kms_key" "signing" {
  customer_master_key_spec = "ECC_NIST_P256"
  key_usage                = "SIGN_VERIFY"
}

resource "aws_kms_external_key" "imported" {
  description = "imported material can't be rotated"
}
