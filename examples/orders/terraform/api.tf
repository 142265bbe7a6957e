resource "aws_api_gateway_rest_api" "orders" {
  name                         = "orders-${var.stage}"
  disable_execute_api_endpoint = true

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_authorizer" "customers" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  name          = "customers"
  type          = "COGNITO_USER_POOLS"
  provider_arns = [aws_cognito_user_pool.users.arn]
}

resource "aws_api_gateway_authorizer" "payment_provider" {
  rest_api_id                      = aws_api_gateway_rest_api.orders.id
  name                             = "payment-provider"
  type                             = "REQUEST"
  authorizer_uri                   = aws_lambda_alias.live["webhook_authorizer"].invoke_arn
  identity_source                  = "method.request.header.X-Timestamp,method.request.header.X-Signature"
  authorizer_result_ttl_in_seconds = 0
}

resource "aws_api_gateway_resource" "orders" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  parent_id   = aws_api_gateway_rest_api.orders.root_resource_id
  path_part   = "orders"
}

resource "aws_api_gateway_resource" "order" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  parent_id   = aws_api_gateway_resource.orders.id
  path_part   = "{id}"
}

resource "aws_api_gateway_resource" "admin" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  parent_id   = aws_api_gateway_rest_api.orders.root_resource_id
  path_part   = "admin"
}

resource "aws_api_gateway_resource" "admin_orders" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  parent_id   = aws_api_gateway_resource.admin.id
  path_part   = "orders"
}

resource "aws_api_gateway_resource" "admin_order" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  parent_id   = aws_api_gateway_resource.admin_orders.id
  path_part   = "{id}"
}

resource "aws_api_gateway_resource" "webhooks" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  parent_id   = aws_api_gateway_rest_api.orders.root_resource_id
  path_part   = "webhooks"
}

resource "aws_api_gateway_resource" "payment" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  parent_id   = aws_api_gateway_resource.webhooks.id
  path_part   = "payment"
}

resource "aws_api_gateway_request_validator" "all" {
  rest_api_id                 = aws_api_gateway_rest_api.orders.id
  name                        = "all"
  validate_request_body       = true
  validate_request_parameters = true
}

resource "aws_api_gateway_model" "order" {
  rest_api_id  = aws_api_gateway_rest_api.orders.id
  name         = "Order"
  content_type = "application/json"
  schema = jsonencode({
    type                 = "object"
    additionalProperties = false
    required             = ["sku", "quantity"]
    properties = {
      sku      = { type = "string", pattern = "^[A-Z0-9-]{3,32}$" }
      quantity = { type = "integer", minimum = 1, maximum = 100 }
    }
  })
}

resource "aws_api_gateway_model" "change" {
  rest_api_id  = aws_api_gateway_rest_api.orders.id
  name         = "Change"
  content_type = "application/json"
  schema = jsonencode({
    type                 = "object"
    additionalProperties = false
    required             = ["status"]
    properties           = { status = { type = "string", enum = ["ON_HOLD", "CANCELLED"] } }
  })
}

resource "aws_api_gateway_model" "payment" {
  rest_api_id  = aws_api_gateway_rest_api.orders.id
  name         = "Payment"
  content_type = "application/json"
  schema = jsonencode({
    type                 = "object"
    additionalProperties = false
    required             = ["order_id", "payment_id"]
    properties = {
      order_id   = { type = "string", pattern = "^[0-9a-f-]{36}$" }
      payment_id = { type = "string", pattern = "^[A-Za-z0-9_]{8,64}$" }
    }
  })
}

locals {
  routes = {
    create = {
      resource = aws_api_gateway_resource.orders.id, method = "POST", function = "orders"
      scopes   = ["orders/use"], model = aws_api_gateway_model.order.name, parameter = null
    }
    list = {
      resource = aws_api_gateway_resource.orders.id, method = "GET", function = "orders"
      scopes   = ["orders/use"], model = null, parameter = "querystring.limit"
    }
    get = {
      resource = aws_api_gateway_resource.order.id, method = "GET", function = "orders"
      scopes   = ["orders/use"], model = null, parameter = "path.id"
    }
    change = {
      resource = aws_api_gateway_resource.admin_order.id, method = "POST", function = "admin"
      scopes   = ["orders/admin"], model = aws_api_gateway_model.change.name, parameter = "path.id"
    }
    remove = {
      resource = aws_api_gateway_resource.admin_order.id, method = "DELETE", function = "admin"
      scopes   = ["orders/admin"], model = null, parameter = "path.id"
    }
  }
  preflights = {
    orders      = { resource = aws_api_gateway_resource.orders.id, methods = "GET,POST" }
    order       = { resource = aws_api_gateway_resource.order.id, methods = "GET" }
    admin_order = { resource = aws_api_gateway_resource.admin_order.id, methods = "POST,DELETE" }
  }
}

resource "aws_api_gateway_method" "routes" {
  for_each = local.routes

  rest_api_id          = aws_api_gateway_rest_api.orders.id
  resource_id          = each.value.resource
  http_method          = each.value.method
  authorization        = "COGNITO_USER_POOLS"
  authorizer_id        = aws_api_gateway_authorizer.customers.id
  authorization_scopes = each.value.scopes
  request_validator_id = aws_api_gateway_request_validator.all.id
  request_models       = each.value.model == null ? {} : { "application/json" = each.value.model }
  request_parameters   = each.value.parameter == null ? {} : { "method.request.${each.value.parameter}" = true }
}

resource "aws_api_gateway_method" "paid" {
  rest_api_id          = aws_api_gateway_rest_api.orders.id
  resource_id          = aws_api_gateway_resource.payment.id
  http_method          = "POST"
  authorization        = "CUSTOM"
  authorizer_id        = aws_api_gateway_authorizer.payment_provider.id
  request_validator_id = aws_api_gateway_request_validator.all.id
  request_models       = { "application/json" = aws_api_gateway_model.payment.name }
}

resource "aws_api_gateway_integration" "routes" {
  for_each = local.routes

  rest_api_id             = aws_api_gateway_rest_api.orders.id
  resource_id             = each.value.resource
  http_method             = aws_api_gateway_method.routes[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_alias.live[each.value.function].invoke_arn
}

resource "aws_api_gateway_integration" "paid" {
  rest_api_id             = aws_api_gateway_rest_api.orders.id
  resource_id             = aws_api_gateway_resource.payment.id
  http_method             = aws_api_gateway_method.paid.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_alias.live["webhook"].invoke_arn
}

resource "aws_lambda_permission" "api" {
  for_each = toset(["orders", "admin", "webhook", "webhook_authorizer"])

  function_name = aws_lambda_alias.live[each.key].function_name
  qualifier     = aws_lambda_alias.live[each.key].name
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.orders.execution_arn}/*"
}

# Browsers ask before they call, and without credentials.
resource "aws_api_gateway_method" "preflight" {
  for_each = local.preflights

  rest_api_id   = aws_api_gateway_rest_api.orders.id
  resource_id   = each.value.resource
  http_method   = "OPTIONS"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "preflight" {
  for_each = local.preflights

  rest_api_id       = aws_api_gateway_rest_api.orders.id
  resource_id       = each.value.resource
  http_method       = aws_api_gateway_method.preflight[each.key].http_method
  type              = "MOCK"
  request_templates = { "application/json" = jsonencode({ statusCode = 200 }) }
}

resource "aws_api_gateway_method_response" "preflight" {
  for_each = local.preflights

  rest_api_id = aws_api_gateway_rest_api.orders.id
  resource_id = each.value.resource
  http_method = aws_api_gateway_method.preflight[each.key].http_method
  status_code = "200"
  response_parameters = {
    "method.response.header.Access-Control-Allow-Origin"  = true
    "method.response.header.Access-Control-Allow-Headers" = true
    "method.response.header.Access-Control-Allow-Methods" = true
  }
}

resource "aws_api_gateway_integration_response" "preflight" {
  for_each = local.preflights

  rest_api_id = aws_api_gateway_rest_api.orders.id
  resource_id = each.value.resource
  http_method = aws_api_gateway_method.preflight[each.key].http_method
  status_code = aws_api_gateway_method_response.preflight[each.key].status_code
  response_parameters = {
    "method.response.header.Access-Control-Allow-Origin"  = "'https://shop.example.com'"
    "method.response.header.Access-Control-Allow-Headers" = "'Authorization,Content-Type'"
    "method.response.header.Access-Control-Allow-Methods" = "'${each.value.methods}'"
  }
}

resource "aws_api_gateway_deployment" "orders" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  triggers    = { api = filesha1("${path.module}/api.tf") }
  depends_on = [
    aws_api_gateway_integration.routes,
    aws_api_gateway_integration.paid,
    aws_api_gateway_integration_response.preflight,
  ]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "orders" {
  rest_api_id          = aws_api_gateway_rest_api.orders.id
  deployment_id        = aws_api_gateway_deployment.orders.id
  stage_name           = var.stage
  xray_tracing_enabled = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.logs["api"].arn
    format = jsonencode({
      requestId  = "$context.requestId"
      time       = "$context.requestTime"
      ip         = "$context.identity.sourceIp"
      caller     = "$context.authorizer.claims.sub"
      method     = "$context.httpMethod"
      route      = "$context.resourcePath"
      status     = "$context.status"
      authorizer = "$context.authorizer.error"
      waf        = "$context.wafResponseCode"
      tls        = "$context.tlsVersion"
    })
  }
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.orders.id
  stage_name  = aws_api_gateway_stage.orders.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = 100
    throttling_burst_limit = 50
    metrics_enabled        = true
    logging_level          = "ERROR"
    data_trace_enabled     = false
  }
}

resource "aws_api_gateway_domain_name" "orders" {
  domain_name              = "api.orders.example.com"
  regional_certificate_arn = var.certificate_arn
  security_policy          = "SecurityPolicy_TLS13_1_3_2025_09"
  endpoint_access_mode     = "STRICT"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "orders" {
  domain_name = aws_api_gateway_domain_name.orders.domain_name
  api_id      = aws_api_gateway_rest_api.orders.id
  stage_name  = aws_api_gateway_stage.orders.stage_name
}

resource "aws_wafv2_web_acl" "orders" {
  name  = "orders-${var.stage}"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "orders"
    sampled_requests_enabled   = false
  }

  rule {
    name     = "rate"
    priority = 0

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit              = 1000
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "rate"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = ["AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"]
    content {
      name     = rule.value
      priority = rule.key + 1

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.value
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = rule.value
        sampled_requests_enabled   = false
      }
    }
  }
}

resource "aws_wafv2_web_acl_association" "orders" {
  resource_arn = aws_api_gateway_stage.orders.arn
  web_acl_arn  = aws_wafv2_web_acl.orders.arn
}

resource "aws_wafv2_web_acl_logging_configuration" "orders" {
  resource_arn            = aws_wafv2_web_acl.orders.arn
  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]

  redacted_fields {
    single_header {
      name = "authorization"
    }
  }
}

resource "aws_cognito_user_pool" "users" {
  name                     = "orders-${var.stage}"
  user_pool_tier           = "PLUS"
  deletion_protection      = "ACTIVE"
  mfa_configuration        = "ON"
  auto_verified_attributes = ["email"]
  username_attributes      = ["email"]

  software_token_mfa_configuration {
    enabled = true
  }

  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  password_policy {
    minimum_length                   = 14
    require_lowercase                = true
    require_uppercase                = true
    require_numbers                  = true
    require_symbols                  = true
    password_history_size            = 10
    temporary_password_validity_days = 1
  }

  user_pool_add_ons {
    advanced_security_mode = "ENFORCED"
  }
}

resource "aws_cognito_resource_server" "orders" {
  user_pool_id = aws_cognito_user_pool.users.id
  identifier   = "orders"
  name         = "orders"

  scope {
    scope_name        = "use"
    scope_description = "Own orders"
  }

  scope {
    scope_name        = "admin"
    scope_description = "All orders"
  }
}

resource "aws_cognito_user_group" "staff" {
  user_pool_id = aws_cognito_user_pool.users.id
  name         = "staff"
}

resource "aws_cognito_user_pool_client" "clients" {
  for_each = {
    shop  = { scopes = ["openid", "orders/use"], secret = false, hours = 24 }
    staff = { scopes = ["openid", "orders/admin"], secret = true, hours = 8 }
  }

  name                                 = each.key
  user_pool_id                         = aws_cognito_user_pool.users.id
  generate_secret                      = each.value.secret
  explicit_auth_flows                  = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = each.value.scopes
  supported_identity_providers         = ["COGNITO"]
  callback_urls                        = ["https://${each.key}.example.com/signed-in"]
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
  access_token_validity                = 15
  id_token_validity                    = 15
  refresh_token_validity               = each.value.hours
  depends_on                           = [aws_cognito_resource_server.orders]

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }
}
