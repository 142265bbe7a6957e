resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
}

resource "aws_lambda_function_url" "open" {
  function_name      = aws_lambda_function.orders.function_name
  authorization_type = "NONE" # finding: CKV_AWS_258
}

resource "aws_lambda_permission" "everyone" {
  function_name          = aws_lambda_function.orders.function_name
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_function_url" "signed" {
  function_name      = aws_lambda_function.orders.function_name
  qualifier          = "live"
  authorization_type = "AWS_IAM"
}
