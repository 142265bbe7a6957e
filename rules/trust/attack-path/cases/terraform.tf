resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "create" {
  name               = "create"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy" "create" {
  name = "orders"
  role = aws_iam_role.create.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { # finding
        Effect   = "Allow"
        Action   = "dynamodb:*"
        Resource = aws_dynamodb_table.orders.arn
      },
    ]
  })
}

resource "aws_lambda_function" "create" {
  function_name = "create"
  role          = aws_iam_role.create.arn
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "create.zip"
}

resource "aws_lambda_function_url" "create" {
  function_name      = aws_lambda_function.create.function_name
  authorization_type = "NONE"
}
