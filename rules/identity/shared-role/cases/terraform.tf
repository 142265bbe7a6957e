resource "aws_iam_role" "worker" { # finding
  name               = "worker"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_iam_role_policy" "worker" {
  name = "orders"
  role = aws_iam_role.worker.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "dynamodb:PutItem"
      Resource = "*"
    }]
  })
}

resource "aws_lambda_function" "create" {
  function_name = "create"
  role          = aws_iam_role.worker.arn
}

resource "aws_lambda_function" "report" {
  function_name = "report"
  role          = aws_iam_role.worker.arn
}

# It lets its functions log, and nothing else.
resource "aws_iam_role" "logger" { # finding(all)
  name               = "logger"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_iam_role_policy_attachment" "logger" {
  role       = aws_iam_role.logger.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "first" {
  function_name = "first"
  role          = aws_iam_role.logger.arn
}

resource "aws_lambda_function" "second" {
  function_name = "second"
  role          = aws_iam_role.logger.arn
}

resource "aws_iam_role" "own" {
  name               = "own"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_lambda_function" "own" {
  function_name = "own"
  role          = aws_iam_role.own.arn
}
