resource "aws_lambda_function_url" "open" {
  function_name      = "orders"
  authorization_type = "AWS_IAM"

  cors {
    allow_credentials = true
    allow_origins     = ["*"] # finding: CKV2_AWS_75
    allow_methods     = ["*"]
  }
}

resource "aws_lambda_function_url" "reading" {
  function_name      = "catalogue"
  authorization_type = "AWS_IAM"

  cors {
    allow_origins = ["*"] # finding(all)
    allow_methods = ["GET"]
  }
}

resource "aws_lambda_function_url" "shop" {
  function_name      = "shop"
  authorization_type = "AWS_IAM"

  cors {
    allow_credentials = true
    allow_origins     = ["https://shop.example.org"]
    allow_methods     = ["GET", "POST"]
  }
}

resource "aws_apigatewayv2_api" "open" {
  name          = "open"
  protocol_type = "HTTP"

  cors_configuration {
    allow_origins = ["*"] # finding(all): CKV2_AWS_75
    allow_methods = ["*"]
  }
}

resource "aws_apigatewayv2_api" "shop" {
  name          = "shop"
  protocol_type = "HTTP"

  cors_configuration {
    allow_origins = ["https://shop.example.org"]
    allow_methods = ["GET"]
  }
}

resource "aws_api_gateway_rest_api" "orders" {
  name = "orders"
}

resource "aws_api_gateway_gateway_response" "refused" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  response_type = "DEFAULT_4XX"

  response_parameters = {
    "gatewayresponse.header.Access-Control-Allow-Origin"      = "method.request.header.origin" # finding
    "gatewayresponse.header.Access-Control-Allow-Credentials" = "'true'"
  }
}

resource "aws_api_gateway_gateway_response" "failed" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  response_type = "DEFAULT_5XX"

  response_parameters = {
    "gatewayresponse.header.Access-Control-Allow-Origin"      = "'https://shop.example.org'"
    "gatewayresponse.header.Access-Control-Allow-Credentials" = "'true'"
  }
}
