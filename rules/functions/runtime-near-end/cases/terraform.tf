resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
  runtime       = "nodejs22.x" # finding
}

resource "aws_lambda_function" "newer" {
  function_name = "newer"
  role          = "arn:aws:iam::123456789012:role/newer"
  runtime       = "nodejs24.x"
}
