resource "aws_cognito_user_pool" "users" {
  name = "users"
}

resource "aws_cognito_user_pool_client" "shop" {
  name                          = "shop"
  user_pool_id                  = aws_cognito_user_pool.users.id
  prevent_user_existence_errors = "ENABLED"
  allowed_oauth_flows           = ["code", "implicit"] # finding

  callback_urls = [
    "http://shop.example.com/signed-in", # finding
    "https://*.example.com/signed-in",   # finding
    "https://shop.example.com/signed-in",
  ]
}

resource "aws_cognito_user_pool_client" "talkative" { # finding(all)
  name         = "talkative"
  user_pool_id = aws_cognito_user_pool.users.id
}

resource "aws_cognito_user_pool_client" "legacy" {
  name                          = "legacy"
  user_pool_id                  = aws_cognito_user_pool.users.id
  prevent_user_existence_errors = "LEGACY" # finding(all)
}

resource "aws_cognito_user_pool_client" "careful" {
  name                          = "careful"
  user_pool_id                  = aws_cognito_user_pool.users.id
  prevent_user_existence_errors = "ENABLED"
  allowed_oauth_flows           = ["code"]
  callback_urls                 = ["https://shop.example.com/signed-in", "http://localhost:3000/signed-in"]
}
