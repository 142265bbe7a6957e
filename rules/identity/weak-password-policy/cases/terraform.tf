resource "aws_cognito_user_pool" "short" {
  name = "short"

  password_policy {
    minimum_length  = 6 # finding: Cognito.3, COGNITO_USER_POOL_PASSWORD_POLICY_CHECK
    require_numbers = true
  }
}

resource "aws_cognito_user_pool" "uniform" {
  name = "uniform"

  password_policy { # finding: Cognito.3, COGNITO_USER_POOL_PASSWORD_POLICY_CHECK
    minimum_length                   = 8
    temporary_password_validity_days = 1
  }
}

resource "aws_cognito_user_pool" "patient" {
  name = "patient"

  password_policy {
    minimum_length                   = 14
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    temporary_password_validity_days = 30 # finding(all): Cognito.3, COGNITO_USER_POOL_PASSWORD_POLICY_CHECK
  }
}

resource "aws_cognito_user_pool" "users" {
  name = "users"

  password_policy {
    minimum_length                   = 14
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    temporary_password_validity_days = 1
  }
}

resource "aws_iam_account_password_policy" "nothing" { # finding: CKV_AWS_10
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 24
  require_lowercase_characters   = true
  require_numbers                = true
  require_symbols                = true
  require_uppercase_characters   = true
}

resource "aws_iam_account_password_policy" "weak" {
  minimum_password_length      = 12    # finding(all): CKV_AWS_10
  max_password_age             = 365   # finding(all): CKV_AWS_9
  password_reuse_prevention    = 5     # finding(all): CKV_AWS_13
  require_lowercase_characters = false # finding(all): CKV_AWS_11
  require_numbers              = false # finding(all): CKV_AWS_12
  require_symbols              = false # finding(all): CKV_AWS_14
  require_uppercase_characters = false # finding(all): CKV_AWS_15
}

resource "aws_iam_account_password_policy" "long" { # finding(all): CKV_AWS_9, CKV_AWS_11, CKV_AWS_12, CKV_AWS_13, CKV_AWS_14, CKV_AWS_15
  minimum_password_length = 20
}

resource "aws_iam_account_password_policy" "strong" {
  minimum_password_length      = 14
  max_password_age             = 90
  password_reuse_prevention    = 24
  require_lowercase_characters = true
  require_numbers              = true
  require_symbols              = true
  require_uppercase_characters = true
}
