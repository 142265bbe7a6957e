# Operations in a document are judged as methods are.
resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
}

resource "aws_api_gateway_rest_api" "orders" {
  name = "orders"

  body = jsonencode({
    openapi = "3.0.1"
    paths = {
      "/orders" = {
        post = { # finding: CKV_AWS_59, CKV2_AWS_70
          x-amazon-apigateway-integration = {
            type       = "AWS_PROXY"
            httpMethod = "POST"
            uri        = aws_lambda_function.orders.invoke_arn
          }
        }
        put = {
          security = [{ users = [] }]
          x-amazon-apigateway-integration = {
            type       = "AWS_PROXY"
            httpMethod = "POST"
            uri        = aws_lambda_function.orders.invoke_arn
          }
        }
      }
    }
    components = {
      securitySchemes = {
        users = {
          type                         = "apiKey"
          name                         = "Authorization"
          in                           = "header"
          x-amazon-apigateway-authtype = "cognito_user_pools"
          x-amazon-apigateway-authorizer = {
            type         = "cognito_user_pools"
            providerARNs = ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1b2c3"]
          }
        }
      }
    }
  })
}

# A target of its own makes the route for everything.
resource "aws_apigatewayv2_api" "quick" { # finding: CKV_AWS_309, APIGateway.8, API_GWV2_AUTHORIZATION_TYPE_CONFIGURED
  name          = "quick"
  protocol_type = "HTTP"
  target        = aws_lambda_function.orders.arn
}
