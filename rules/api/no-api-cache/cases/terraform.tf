resource "aws_api_gateway_stage" "live" { # finding: CKV_AWS_120
  rest_api_id   = "a1b2c3"
  deployment_id = "d4e5f6"
  stage_name    = "live"
}

resource "aws_api_gateway_method_settings" "live" {
  rest_api_id = "a1b2c3"
  stage_name  = aws_api_gateway_stage.live.stage_name
  method_path = "catalogue/GET"

  settings {
    caching_enabled = false # finding: CKV_AWS_225
  }
}

resource "aws_api_gateway_stage" "cached" {
  rest_api_id           = "a1b2c3"
  deployment_id         = "d4e5f6"
  stage_name            = "cached"
  cache_cluster_enabled = true
  cache_cluster_size    = "0.5"
}

resource "aws_api_gateway_method_settings" "cached" {
  rest_api_id = "a1b2c3"
  stage_name  = aws_api_gateway_stage.cached.stage_name
  method_path = "catalogue/GET"

  settings {
    caching_enabled      = true
    cache_data_encrypted = true
  }
}
