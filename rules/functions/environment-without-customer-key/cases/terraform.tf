resource "aws_lambda_function" "orders" { # finding: CKV_AWS_173
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"

  environment {
    variables = {
      TABLE = "orders"
    }
  }
}

resource "aws_lambda_function" "encrypted" {
  function_name = "encrypted"
  role          = "arn:aws:iam::123456789012:role/encrypted"
  kms_key_arn   = aws_kms_key.functions.arn

  environment {
    variables = {
      TABLE = "orders"
    }
  }
}

resource "aws_lambda_function" "nothing_to_encrypt" {
  function_name = "nothing-to-encrypt"
  role          = "arn:aws:iam::123456789012:role/nothing"
}

resource "aws_kms_key" "functions" {
  description = "functions"
}
