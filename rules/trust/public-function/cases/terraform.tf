data "aws_caller_identity" "current" {}

resource "aws_lambda_function" "pay" {
  function_name = "pay"
  role          = "arn:aws:iam::123456789012:role/pay"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "pay.zip"
}

resource "aws_lambda_permission" "open" {
  function_name = aws_lambda_function.pay.function_name
  action        = "lambda:InvokeFunction"
  principal     = "*" # finding: CKV_AWS_301, Lambda.1, LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED
}

resource "aws_lambda_permission" "any_signer" {
  function_name          = aws_lambda_function.pay.function_name
  action                 = "lambda:InvokeFunctionUrl"
  function_url_auth_type = "AWS_IAM"
  principal              = "*" # finding: CKV_AWS_301, Lambda.1, LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED
}

resource "aws_lambda_permission" "stranger" {
  function_name = aws_lambda_function.pay.arn
  action        = "lambda:InvokeFunction"
  principal     = "210987654321" # finding
}

# Belongs to an open URL, which another rule tells of. The provider adds such a permission itself.
resource "aws_lambda_function_url" "pay" {
  function_name      = aws_lambda_function.pay.function_name
  authorization_type = "NONE" # finding(all): CKV_AWS_301, Lambda.1, LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED
}

resource "aws_lambda_permission" "url" {
  function_name          = aws_lambda_function.pay.function_name
  action                 = "lambda:InvokeFunctionUrl"
  function_url_auth_type = "NONE"
  principal              = "*" # finding(all): CKV_AWS_301, Lambda.1, LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED
}

# What is kept.
resource "aws_lambda_permission" "own_account" {
  function_name = aws_lambda_function.pay.function_name
  action        = "lambda:InvokeFunction"
  principal     = data.aws_caller_identity.current.account_id
}

resource "aws_lambda_permission" "organisation" {
  function_name    = aws_lambda_function.pay.function_name
  action           = "lambda:InvokeFunction"
  principal        = "*"
  principal_org_id = "o-a1b2c3d4e5"
}
