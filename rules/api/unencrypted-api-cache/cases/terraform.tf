resource "aws_api_gateway_stage" "live" {
  rest_api_id           = "a1b2c3"
  deployment_id         = "d4e5f6"
  stage_name            = "live"
  cache_cluster_enabled = true
  cache_cluster_size    = "0.5"
}

resource "aws_api_gateway_method_settings" "live" {
  rest_api_id = "a1b2c3"
  stage_name  = aws_api_gateway_stage.live.stage_name
  method_path = "*/*"

  settings {
    caching_enabled      = true
    cache_data_encrypted = false # finding: CKV_AWS_308, APIGateway.5
  }
}

resource "aws_api_gateway_stage" "encrypted" {
  rest_api_id           = "a1b2c3"
  deployment_id         = "d4e5f6"
  stage_name            = "encrypted"
  cache_cluster_enabled = true
  cache_cluster_size    = "0.5"
}

resource "aws_api_gateway_method_settings" "encrypted" {
  rest_api_id = "a1b2c3"
  stage_name  = aws_api_gateway_stage.encrypted.stage_name
  method_path = "*/*"

  settings {
    caching_enabled      = true
    cache_data_encrypted = true
  }
}

# Nothing is cached yet.
resource "aws_api_gateway_stage" "test" {
  rest_api_id   = "a1b2c3"
  deployment_id = "d4e5f6"
  stage_name    = "test"
}

resource "aws_api_gateway_method_settings" "test" {
  rest_api_id = "a1b2c3"
  stage_name  = aws_api_gateway_stage.test.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled      = true
    cache_data_encrypted = false # finding(all): CKV_AWS_308
  }
}

resource "aws_appsync_api_cache" "answers" {
  api_id                     = "a1b2c3"
  api_caching_behavior       = "FULL_REQUEST_CACHING"
  type                       = "SMALL"
  ttl                        = 900
  at_rest_encryption_enabled = false # finding: CKV_AWS_214, AppSync.1
  transit_encryption_enabled = false # finding: CKV_AWS_215, AppSync.6
}

resource "aws_appsync_api_cache" "untold" { # finding: CKV_AWS_214, CKV_AWS_215, AppSync.1, AppSync.6
  api_id               = "a1b2c3"
  api_caching_behavior = "FULL_REQUEST_CACHING"
  type                 = "SMALL"
  ttl                  = 900
}

resource "aws_appsync_api_cache" "encrypted" {
  api_id                     = "a1b2c3"
  api_caching_behavior       = "FULL_REQUEST_CACHING"
  type                       = "SMALL"
  ttl                        = 900
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
}
