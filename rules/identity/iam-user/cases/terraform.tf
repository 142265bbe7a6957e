resource "aws_iam_user" "alice" { # finding: CKV_AWS_273
  name = "alice"
}

# There is none of it.
resource "aws_iam_user" "former" {
  count = 0
  name  = "former"
}

resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
