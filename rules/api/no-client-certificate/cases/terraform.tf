resource "aws_api_gateway_stage" "open" { # finding: CKV2_AWS_51, APIGateway.2, API_GW_SSL_ENABLED
  rest_api_id   = "a1b2c3"
  deployment_id = "d4e5f6"
  stage_name    = "open"
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id           = "a1b2c3"
  deployment_id         = "d4e5f6"
  stage_name            = "live"
  client_certificate_id = aws_api_gateway_client_certificate.live.id
}

resource "aws_api_gateway_client_certificate" "live" {
  description = "live"
}

resource "aws_apigatewayv2_api" "chat" {
  name          = "chat"
  protocol_type = "WEBSOCKET"
}

resource "aws_apigatewayv2_stage" "open" { # finding: CKV2_AWS_51
  api_id = aws_apigatewayv2_api.chat.id
  name   = "open"
}

resource "aws_apigatewayv2_stage" "live" {
  api_id                = aws_apigatewayv2_api.chat.id
  name                  = "live"
  client_certificate_id = aws_api_gateway_client_certificate.live.id
}

# Stages of HTTP APIs have no client certificate.
resource "aws_apigatewayv2_api" "http" {
  name          = "http"
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_stage" "http" {
  api_id = aws_apigatewayv2_api.http.id
  name   = "$default"
}
