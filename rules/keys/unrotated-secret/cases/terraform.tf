resource "aws_secretsmanager_secret" "database" { # finding: CKV2_AWS_57, SecretsManager.1, SECRETSMANAGER_ROTATION_ENABLED_CHECK
  name = "database"
}

resource "aws_secretsmanager_secret" "rarely" {
  name = "rarely"
}

resource "aws_secretsmanager_secret_rotation" "rarely" {
  secret_id           = aws_secretsmanager_secret.rarely.id
  rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"
  rotation_rules {
    automatically_after_days = 365 # finding: CKV_AWS_304
  }
}

resource "aws_secretsmanager_secret" "seldom" {
  name = "seldom"
}

resource "aws_secretsmanager_secret_rotation" "seldom" {
  secret_id = aws_secretsmanager_secret.seldom.arn
  rotation_rules {
    schedule_expression = "rate(200 days)" # finding: CKV_AWS_304
  }
}

resource "aws_secretsmanager_secret" "monthly" {
  name = "monthly"
}

resource "aws_secretsmanager_secret_rotation" "monthly" {
  secret_id           = aws_secretsmanager_secret.monthly.id
  rotation_lambda_arn = "arn:aws:lambda:eu-west-1:111122223333:function:rotate"
  rotation_rules {
    automatically_after_days = 30
  }
}

resource "aws_secretsmanager_secret" "scheduled" {
  name = "scheduled"
}

resource "aws_secretsmanager_secret_rotation" "scheduled" {
  secret_id = aws_secretsmanager_secret.scheduled.id
  rotation_rules {
    schedule_expression = "rate(30 days)"
  }
}
