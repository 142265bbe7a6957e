resource "aws_api_gateway_rest_api" "silent" { # finding: CKV_AWS_237
  name = "silent"
}

resource "aws_api_gateway_rest_api" "ordered" {
  name = "ordered"
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_deployment" "told" {
  rest_api_id = aws_api_gateway_rest_api.ordered.id
  lifecycle {
    create_before_destroy = false # finding: CKV_AWS_217
  }
}

resource "aws_api_gateway_deployment" "ordered" {
  rest_api_id = aws_api_gateway_rest_api.ordered.id
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_acm_certificate" "silent" { # finding: CKV_AWS_233
  domain_name       = "orders.example.com"
  validation_method = "DNS"
}

resource "aws_acm_certificate" "ordered" {
  domain_name       = "api.example.com"
  validation_method = "DNS"
  lifecycle {
    create_before_destroy = true
  }
}
