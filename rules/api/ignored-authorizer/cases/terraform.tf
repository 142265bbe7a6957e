resource "aws_api_gateway_authorizer" "users" {
  name        = "users"
  type        = "COGNITO_USER_POOLS"
  rest_api_id = "a1b2c3"
}

resource "aws_api_gateway_method" "create" {
  rest_api_id   = "a1b2c3"
  resource_id   = "d4e5f6"
  http_method   = "POST"
  authorization = "AWS_IAM" # finding
  authorizer_id = aws_api_gateway_authorizer.users.id
}

resource "aws_api_gateway_method" "change" {
  rest_api_id   = "a1b2c3"
  resource_id   = "d4e5f6"
  http_method   = "PUT"
  authorization = "COGNITO_USER_POOLS"
  authorizer_id = aws_api_gateway_authorizer.users.id
}

resource "aws_apigatewayv2_route" "list" {
  api_id             = "d4e5f6"
  route_key          = "GET /orders"
  authorization_type = "AWS_IAM" # finding
  authorizer_id      = "g7h8i9"
}

resource "aws_apigatewayv2_route" "create" {
  api_id             = "d4e5f6"
  route_key          = "POST /orders"
  authorization_type = "AWS_IAM"
}
