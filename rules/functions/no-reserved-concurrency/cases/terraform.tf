resource "aws_lambda_function" "orders" { # finding: CKV_AWS_115, LAMBDA_CONCURRENCY_CHECK
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
}

# -1 takes a limit away.
resource "aws_lambda_function" "unlimited" {
  function_name                  = "unlimited"
  role                           = "arn:aws:iam::123456789012:role/unlimited"
  reserved_concurrent_executions = -1 # finding: CKV_AWS_115, LAMBDA_CONCURRENCY_CHECK
}

resource "aws_lambda_function" "limited" {
  function_name                  = "limited"
  role                           = "arn:aws:iam::123456789012:role/limited"
  reserved_concurrent_executions = 50
}
