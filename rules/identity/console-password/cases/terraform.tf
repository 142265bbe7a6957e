resource "aws_iam_user" "alice" {
  name = "alice"
}

resource "aws_iam_user_login_profile" "alice" { # finding: CKV2_AWS_22
  user = aws_iam_user.alice.name
}

resource "aws_iam_user" "mailer" {
  name = "mailer"
}
