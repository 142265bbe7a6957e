resource "aws_kinesis_stream" "silent" { # finding: CKV_AWS_43, Kinesis.1, KINESIS_STREAM_ENCRYPTED
  name        = "silent"
  shard_count = 1
}

resource "aws_kinesis_stream" "on" {
  name            = "on"
  encryption_type = "KMS"
  kms_key_id      = "alias/aws/kinesis"
}

resource "aws_kinesis_firehose_delivery_stream" "silent" { # finding: CKV_AWS_240, DataFirehose.1, KINESIS_FIREHOSE_DELIVERY_STREAM_ENCRYPTED
  name        = "silent"
  destination = "extended_s3"
}

resource "aws_kinesis_firehose_delivery_stream" "on" {
  name        = "on"
  destination = "extended_s3"
  server_side_encryption {
    enabled = true
  }
}

resource "aws_kinesis_firehose_delivery_stream" "from_stream" {
  name        = "from-stream"
  destination = "extended_s3"
  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.on.arn
    role_arn           = "arn:aws:iam::111122223333:role/firehose"
  }
}
