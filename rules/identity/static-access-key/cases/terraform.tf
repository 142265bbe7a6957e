resource "aws_iam_user" "mailer" {
  name = "mailer"
}

resource "aws_iam_access_key" "mailer" { # finding
  user = aws_iam_user.mailer.name
}

resource "aws_iam_access_key" "root" { # finding: CKV_AWS_348
  user = "root"
}

resource "aws_iam_access_key" "retired" {
  user   = aws_iam_user.mailer.name
  status = "Inactive"
}
