resource "aws_lambda_function" "orders" { # finding: CKV_AWS_117, Lambda.3, LAMBDA_INSIDE_VPC
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"

  environment {
    variables = {
      DB_HOST = aws_db_instance.orders.address
    }
  }
}

resource "aws_db_instance" "orders" {
  identifier           = "orders"
  engine               = "postgres"
  db_subnet_group_name = "private"
}

resource "aws_lambda_function" "hello" { # finding(all): CKV_AWS_117, Lambda.3, LAMBDA_INSIDE_VPC
  function_name = "hello"
  role          = "arn:aws:iam::123456789012:role/hello"
}

resource "aws_lambda_function" "inside" {
  function_name = "inside"
  role          = "arn:aws:iam::123456789012:role/inside"

  vpc_config {
    subnet_ids         = ["subnet-0a1b2c3d", "subnet-4e5f6a7b"]
    security_group_ids = ["sg-0a1b2c3d"]
  }

  environment {
    variables = {
      DB_HOST = aws_db_instance.orders.address
    }
  }
}
