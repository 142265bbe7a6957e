resource "aws_apigatewayv2_api" "open" {
  name          = "open"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_route" "open" {
  api_id    = aws_apigatewayv2_api.open.id
  route_key = "GET /orders"
}

resource "aws_apigatewayv2_stage" "open" { # finding
  api_id = aws_apigatewayv2_api.open.id
  name   = "$default"
}

# All callers are known.
resource "aws_apigatewayv2_api" "known" {
  name          = "known"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_route" "known" {
  api_id             = aws_apigatewayv2_api.known.id
  route_key          = "GET /orders"
  authorization_type = "AWS_IAM"
}

resource "aws_apigatewayv2_stage" "known" { # finding(all)
  api_id = aws_apigatewayv2_api.known.id
  name   = "$default"
}

resource "aws_apigatewayv2_api" "limited" {
  name          = "limited"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_route" "limited" {
  api_id    = aws_apigatewayv2_api.limited.id
  route_key = "GET /orders"
}

resource "aws_apigatewayv2_stage" "limited" {
  api_id = aws_apigatewayv2_api.limited.id
  name   = "$default"

  default_route_settings {
    throttling_rate_limit  = 100
    throttling_burst_limit = 200
  }
}

resource "aws_api_gateway_rest_api" "open" {
  name = "open"
}

resource "aws_api_gateway_method" "open" {
  rest_api_id   = aws_api_gateway_rest_api.open.id
  resource_id   = aws_api_gateway_rest_api.open.root_resource_id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_stage" "open" { # finding
  rest_api_id   = aws_api_gateway_rest_api.open.id
  deployment_id = "a1b2c3"
  stage_name    = "live"
}

resource "aws_api_gateway_rest_api" "limited" {
  name = "limited"
}

resource "aws_api_gateway_method" "limited" {
  rest_api_id   = aws_api_gateway_rest_api.limited.id
  resource_id   = aws_api_gateway_rest_api.limited.root_resource_id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_stage" "limited" {
  rest_api_id   = aws_api_gateway_rest_api.limited.id
  deployment_id = "a1b2c3"
  stage_name    = "live"
}

resource "aws_api_gateway_method_settings" "limited" {
  rest_api_id = aws_api_gateway_rest_api.limited.id
  stage_name  = aws_api_gateway_stage.limited.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = 100
    throttling_burst_limit = 200
  }
}

# A deployment that names a stage makes it.
resource "aws_api_gateway_rest_api" "deployed" {
  name = "deployed"
}

resource "aws_api_gateway_method" "deployed" {
  rest_api_id   = aws_api_gateway_rest_api.deployed.id
  resource_id   = aws_api_gateway_rest_api.deployed.root_resource_id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_deployment" "deployed" { # finding
  rest_api_id = aws_api_gateway_rest_api.deployed.id
  stage_name  = "live"
}

resource "aws_api_gateway_rest_api" "deployed_limited" {
  name = "deployed-limited"
}

resource "aws_api_gateway_method" "deployed_limited" {
  rest_api_id   = aws_api_gateway_rest_api.deployed_limited.id
  resource_id   = aws_api_gateway_rest_api.deployed_limited.root_resource_id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_deployment" "deployed_limited" {
  rest_api_id = aws_api_gateway_rest_api.deployed_limited.id
  stage_name  = "live"
}

resource "aws_api_gateway_method_settings" "deployed_limited" {
  rest_api_id = aws_api_gateway_rest_api.deployed_limited.id
  stage_name  = aws_api_gateway_deployment.deployed_limited.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit = 100
  }
}
