resource "aws_iam_user" "alice" {
  name = "alice"
}

resource "aws_iam_user_policy" "alice" {
  name   = "deploy"
  user   = aws_iam_user.alice.name # finding: CKV_AWS_40, IAM.2, IAM_USER_NO_POLICIES_CHECK
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_iam_user" "bob" {
  name = "bob"
}

resource "aws_iam_user_policy_attachment" "bob" {
  user       = aws_iam_user.bob.name
  policy_arn = aws_iam_policy.deploy.arn # finding: CKV_AWS_40, IAM.2, IAM_USER_NO_POLICIES_CHECK
}

resource "aws_iam_user" "carol" {
  name = "carol"
}

resource "aws_iam_policy_attachment" "both" {
  name       = "both"
  users      = [aws_iam_user.carol.name]
  groups     = [aws_iam_group.developers.name]
  policy_arn = aws_iam_policy.deploy.arn # finding: CKV_AWS_40, IAM.2, IAM_USER_NO_POLICIES_CHECK
}

resource "aws_iam_policy" "deploy" {
  name   = "deploy"
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_iam_group" "developers" {
  name = "developers"
}

resource "aws_iam_group_policy" "developers" {
  name   = "read"
  group  = aws_iam_group.developers.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_iam_user" "dave" {
  name = "dave"
}

resource "aws_iam_user_group_membership" "dave" {
  user   = aws_iam_user.dave.name
  groups = [aws_iam_group.developers.name]
}
