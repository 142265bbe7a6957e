resource "aws_vpc" "unwatched" { # finding: CKV2_AWS_11, EC2.6, VPC_FLOW_LOGS_ENABLED
  cidr_block = "10.0.0.0/16"
}

resource "aws_default_vpc" "default" { # finding: CKV2_AWS_11, EC2.6, VPC_FLOW_LOGS_ENABLED
  force_destroy = true
}

resource "aws_vpc" "watched" {
  cidr_block = "10.1.0.0/16"
}

resource "aws_flow_log" "watched" {
  vpc_id               = aws_vpc.watched.id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::flow-logs"
}

resource "aws_vpc" "counted" {
  count      = 1
  cidr_block = "10.2.0.0/16"
}

resource "aws_flow_log" "counted" {
  count                = 1
  vpc_id               = aws_vpc.counted[0].id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::flow-logs"
}
