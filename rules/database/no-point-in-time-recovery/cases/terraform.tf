resource "aws_dynamodb_table" "silent" { # finding: CKV_AWS_28, DynamoDB.2, DYNAMODB_PITR_ENABLED
  name     = "silent"
  hash_key = "id"
}

resource "aws_dynamodb_table" "off" {
  name     = "off"
  hash_key = "id"
  point_in_time_recovery {
    enabled = false # finding: CKV_AWS_28, DynamoDB.2, DYNAMODB_PITR_ENABLED
  }
}

resource "aws_dynamodb_table" "on" {
  name     = "on"
  hash_key = "id"
  point_in_time_recovery {
    enabled = true
  }
}
