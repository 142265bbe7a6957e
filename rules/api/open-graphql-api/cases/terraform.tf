resource "aws_appsync_graphql_api" "open" {
  name                = "open"
  authentication_type = "API_KEY" # finding: AppSync.5, APPSYNC_AUTHORIZATION_CHECK
}

resource "aws_appsync_graphql_api" "mixed" {
  name                = "mixed"
  authentication_type = "AWS_IAM"

  additional_authentication_provider {
    authentication_type = "API_KEY" # finding(all): AppSync.5, APPSYNC_AUTHORIZATION_CHECK
  }
}

resource "aws_appsync_graphql_api" "shop" {
  name                = "shop"
  authentication_type = "AMAZON_COGNITO_USER_POOLS"

  user_pool_config {
    user_pool_id   = aws_cognito_user_pool.users.id
    default_action = "ALLOW"
  }
}

resource "aws_cognito_user_pool" "users" {
  name = "users"
}
