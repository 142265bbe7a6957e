resource "aws_iam_user" "mallory" { # finding: CKV2_AWS_21
  name = "mallory"
}

resource "aws_iam_group" "nobody" { # finding: CKV2_AWS_14
  name = "nobody"
}

resource "aws_iam_user" "alice" {
  name = "alice"
}

resource "aws_iam_group" "developers" {
  name = "developers"
}

resource "aws_iam_user_group_membership" "alice" {
  user   = aws_iam_user.alice.name
  groups = [aws_iam_group.developers.name]
}

resource "aws_iam_user" "bob" {
  name = "bob"
}

resource "aws_iam_group" "auditors" {
  name = "auditors"
}

resource "aws_iam_group_membership" "auditors" {
  name  = "auditors"
  group = aws_iam_group.auditors.name
  users = [aws_iam_user.bob.name]
}
