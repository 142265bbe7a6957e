# Rotation as earlier versions of the provider wrote it.
resource "aws_secretsmanager_secret" "old" {
  rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"
  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_secretsmanager_secret" "rarely" {
  rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"
  rotation_rules {
    automatically_after_days = 365 # finding: CKV_AWS_304
  }
}
