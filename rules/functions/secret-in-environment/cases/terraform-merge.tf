# What is not known does not hide what is written beside it.
variable "more" {
  type = map(string)
}

variable "settings" {
  type    = map(string)
  default = { STAGE = "production" }
}

resource "aws_lambda_function" "before" {
  function_name = "before"
  role          = "arn:aws:iam::123456789012:role/before"

  environment {
    variables = merge({ DB_PASSWORD = "hunter2" }, var.more) # finding
  }
}

resource "aws_lambda_function" "behind" {
  function_name = "behind"
  role          = "arn:aws:iam::123456789012:role/behind"

  environment {
    variables = merge(var.more, {
      AWS_KEY = "AKIAIOSFODNN7EXAMPLE" # finding: CKV_AWS_45
    })
  }
}

resource "aws_lambda_function" "replaced" {
  function_name = "replaced"
  role          = "arn:aws:iam::123456789012:role/replaced"

  environment {
    variables = merge({ DB_PASSWORD = "hunter2" }, var.settings, { DB_PASSWORD = var.more["password"] })
  }
}
