resource "aws_cognito_user_pool" "untold" { # finding: Cognito.1, COGNITO_USER_POOL_ADVANCED_SECURITY_ENABLED
  name = "untold"
}

resource "aws_cognito_user_pool" "watched" {
  name = "watched"

  user_pool_add_ons {
    advanced_security_mode = "AUDIT" # finding: Cognito.1, COGNITO_USER_POOL_ADVANCED_SECURITY_ENABLED
  }
}

resource "aws_cognito_user_pool" "users" {
  name           = "users"
  user_pool_tier = "PLUS"

  user_pool_add_ons {
    advanced_security_mode = "ENFORCED"
  }
}
