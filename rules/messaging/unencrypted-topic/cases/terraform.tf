resource "aws_sns_topic" "silent" { # finding: CKV_AWS_26, SNS.1, SNS_ENCRYPTED_KMS
  name = "silent"
}

resource "aws_sns_topic" "encrypted" {
  name              = "encrypted"
  kms_master_key_id = "alias/orders"
}
