resource "aws_lambda_function" "pay" { # finding(all)
  function_name = "pay"
  role          = "arn:aws:iam::123456789012:role/pay"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "pay.zip"
}
