resource "aws_dynamodb_table" "fixed" { # finding: CKV2_AWS_16, DynamoDB.1, DYNAMODB_AUTOSCALING_ENABLED
  name           = "fixed"
  hash_key       = "id"
  read_capacity  = 5
  write_capacity = 5
}

resource "aws_dynamodb_table" "provisioned" {
  name           = "provisioned"
  billing_mode   = "PROVISIONED" # finding: CKV2_AWS_16, DynamoDB.1, DYNAMODB_AUTOSCALING_ENABLED
  hash_key       = "id"
  read_capacity  = 5
  write_capacity = 5
}

resource "aws_dynamodb_table" "on_demand" {
  name         = "on-demand"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
}

resource "aws_dynamodb_table" "scaled" {
  name           = "scaled"
  hash_key       = "id"
  read_capacity  = 5
  write_capacity = 5
}

resource "aws_appautoscaling_target" "scaled" {
  service_namespace  = "dynamodb"
  resource_id        = "table/${aws_dynamodb_table.scaled.name}"
  scalable_dimension = "dynamodb:table:WriteCapacityUnits"
  min_capacity       = 5
  max_capacity       = 100
}
