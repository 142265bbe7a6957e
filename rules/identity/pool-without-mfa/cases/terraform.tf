resource "aws_cognito_user_pool" "off" {
  name              = "off"
  mfa_configuration = "OFF" # finding: Cognito.5, COGNITO_USER_POOL_MFA_ENABLED
}

resource "aws_cognito_user_pool" "staff" { # finding: Cognito.5, COGNITO_USER_POOL_MFA_ENABLED
  name = "staff"

  admin_create_user_config {
    allow_admin_create_user_only = true
  }
}

resource "aws_cognito_user_pool" "grouped" { # finding: Cognito.5, COGNITO_USER_POOL_MFA_ENABLED
  name = "grouped"
}

resource "aws_cognito_user_group" "admins" {
  name         = "admins"
  user_pool_id = aws_cognito_user_pool.grouped.id
}

resource "aws_cognito_user_pool" "customers" { # finding(all): Cognito.5, COGNITO_USER_POOL_MFA_ENABLED
  name = "customers"
}

resource "aws_cognito_user_pool" "choosy" {
  name              = "choosy"
  mfa_configuration = "OPTIONAL" # finding(all)
}

resource "aws_cognito_user_pool" "users" {
  name              = "users"
  mfa_configuration = "ON"

  software_token_mfa_configuration {
    enabled = true
  }
}

resource "aws_cognito_user_pool" "passkeys" {
  name = "passkeys"

  sign_in_policy {
    allowed_first_auth_factors = ["PASSWORD", "WEB_AUTHN"]
  }
}
