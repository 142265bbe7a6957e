# What the role may do stands in a policy of its own.
resource "aws_iam_role" "worker" { # finding
  name               = "worker"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_iam_policy" "orders" {
  name = "orders"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "dynamodb:PutItem"
      Resource = "*"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "worker" {
  role       = aws_iam_role.worker.name
  policy_arn = aws_iam_policy.orders.arn
}

resource "aws_lambda_function" "create" {
  function_name = "create"
  role          = aws_iam_role.worker.arn
}

resource "aws_lambda_function" "report" {
  function_name = "report"
  role          = aws_iam_role.worker.arn
}
