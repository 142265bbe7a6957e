resource "aws_cloudfront_distribution" "open" { enabled = true } # finding: CKV_AWS_68, CloudFront.6, CLOUDFRONT_ASSOCIATED_WITH_WAF

resource "aws_cloudfront_distribution" "site" {
  enabled    = true
  web_acl_id = aws_wafv2_web_acl.site.arn
}

resource "aws_wafv2_web_acl" "site" {
  name  = "site"
  scope = "CLOUDFRONT"
}

resource "aws_api_gateway_rest_api" "orders" {
  name = "orders"
}

resource "aws_api_gateway_rest_api" "open" {
  name = "open"
}

resource "aws_api_gateway_stage" "open" { # finding: CKV2_AWS_29, APIGateway.4, API_GW_ASSOCIATED_WITH_WAF
  rest_api_id   = aws_api_gateway_rest_api.open.id
  deployment_id = "a1b2c3"
  stage_name    = "open"
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  deployment_id = "a1b2c3"
  stage_name    = "live"
}

resource "aws_wafv2_web_acl_association" "live" {
  resource_arn = aws_api_gateway_stage.live.arn
  web_acl_arn  = aws_wafv2_web_acl.apis.arn
}

resource "aws_api_gateway_rest_api" "older" {
  name = "older"
}

resource "aws_api_gateway_stage" "older" {
  rest_api_id   = aws_api_gateway_rest_api.older.id
  deployment_id = "a1b2c3"
  stage_name    = "older"
}

resource "aws_wafregional_web_acl_association" "older" {
  resource_arn = aws_api_gateway_stage.older.arn
  web_acl_id   = "a1b2c3"
}

resource "aws_api_gateway_rest_api" "inner" {
  name = "inner"

  endpoint_configuration {
    types = ["PRIVATE"]
  }
}

resource "aws_api_gateway_stage" "inner" {
  rest_api_id   = aws_api_gateway_rest_api.inner.id
  deployment_id = "a1b2c3"
  stage_name    = "inner"
}

resource "aws_appsync_graphql_api" "open" { # finding: CKV2_AWS_33, APPSYNC_ASSOCIATED_WITH_WAF
  name                = "open"
  authentication_type = "AWS_IAM"
}

resource "aws_appsync_graphql_api" "shop" {
  name                = "shop"
  authentication_type = "AWS_IAM"
}

resource "aws_wafv2_web_acl_association" "shop" {
  resource_arn = aws_appsync_graphql_api.shop.arn
  web_acl_arn  = aws_wafv2_web_acl.apis.arn
}

resource "aws_appsync_graphql_api" "inner" {
  name                = "inner"
  authentication_type = "AWS_IAM"
  visibility          = "PRIVATE"
}

resource "aws_wafv2_web_acl" "apis" {
  name  = "apis"
  scope = "REGIONAL"
}

# A second stage of an API of which only another one is protected.
resource "aws_api_gateway_stage" "test" { # finding: CKV2_AWS_29, APIGateway.4, API_GW_ASSOCIATED_WITH_WAF
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  deployment_id = "a1b2c3"
  stage_name    = "test"
}
