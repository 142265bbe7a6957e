resource "aws_api_gateway_domain_name" "old" {
  domain_name     = "old.example.org"
  security_policy = "TLS_1_0" # finding: CKV_AWS_206
}

resource "aws_api_gateway_domain_name" "nearly" {
  domain_name     = "nearly.example.org"
  security_policy = "TLS_1_2" # finding(all)
}

resource "aws_api_gateway_domain_name" "untold" { # finding(all): CKV_AWS_206
  domain_name = "untold.example.org"
}

resource "aws_api_gateway_domain_name" "api" {
  domain_name     = "api.example.org"
  security_policy = "SecurityPolicy_TLS13_1_3_2025_09"
}

resource "aws_apigatewayv2_domain_name" "old" {
  domain_name = "old-http.example.org"

  domain_name_configuration {
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a1"
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_0" # finding: CKV_AWS_206
  }
}

resource "aws_apigatewayv2_domain_name" "http" {
  domain_name = "http.example.org"

  domain_name_configuration {
    certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/a1"
    endpoint_type   = "REGIONAL"
    security_policy = "TLS_1_2"
  }
}

resource "aws_api_gateway_rest_api" "open" { # finding(all)
  name = "open"
}

resource "aws_api_gateway_rest_api" "orders" {
  name                         = "orders"
  disable_execute_api_endpoint = true
}
