resource "aws_sqs_queue" "off" {
  name                    = "off"
  sqs_managed_sse_enabled = false # finding: CKV_AWS_27, SQS.1
}

resource "aws_sqs_queue" "silent" { # finding(all): CKV_AWS_27
  name = "silent"
}

resource "aws_sqs_queue" "managed" {
  name                    = "managed"
  sqs_managed_sse_enabled = true
}

resource "aws_sqs_queue" "own" {
  name              = "own"
  kms_master_key_id = "alias/orders"
}
