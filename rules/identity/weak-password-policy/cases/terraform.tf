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
