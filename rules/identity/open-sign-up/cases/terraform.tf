resource "aws_cognito_user_pool" "users" { # finding
  name = "users"
}

resource "aws_cognito_user_pool" "everyone" {
  name = "everyone"

  admin_create_user_config {
    allow_admin_create_user_only = false # finding
  }
}

resource "aws_cognito_user_pool" "staff" {
  name = "staff"

  admin_create_user_config {
    allow_admin_create_user_only = true
  }
}
