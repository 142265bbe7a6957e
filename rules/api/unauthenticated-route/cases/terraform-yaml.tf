# Documents as texts of YAML.
resource "aws_lambda_function" "orders" {
  function_name = "orders"
  role          = "arn:aws:iam::123456789012:role/orders"
}

resource "aws_api_gateway_rest_api" "written" {
  name = "written"

  body = trimspace( # finding: CKV_AWS_59, CKV2_AWS_70
    <<-EOT
    openapi: "3.0.1"
    paths:
      /orders:
        post:
          x-amazon-apigateway-integration:
            type: AWS_PROXY
            httpMethod: POST
            uri: ${aws_lambda_function.orders.invoke_arn}
    EOT
  )
}

resource "aws_api_gateway_rest_api" "fine" {
  name = "fine"

  body = <<-EOT
    openapi: "3.0.1"
    paths:
      /orders:
        post:
          security:
            - users: []
          x-amazon-apigateway-integration:
            type: AWS_PROXY
            httpMethod: POST
            uri: ${aws_lambda_function.orders.invoke_arn}
    components:
      securitySchemes:
        users:
          type: apiKey
          name: Authorization
          in: header
          x-amazon-apigateway-authtype: cognito_user_pools
          x-amazon-apigateway-authorizer:
            type: cognito_user_pools
            providerARNs:
              - arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a1b2c3
  EOT
}
