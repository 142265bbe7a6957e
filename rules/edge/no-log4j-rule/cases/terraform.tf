resource "aws_wafv2_web_acl" "site" { # finding: CKV_AWS_192
  name  = "site"
  scope = "CLOUDFRONT"

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "site"
    sampled_requests_enabled   = true
  }
}

resource "aws_cloudfront_distribution" "site" {
  enabled    = true
  web_acl_id = aws_wafv2_web_acl.site.arn # finding: CKV2_AWS_47
}

# The group is there, and only counts.
resource "aws_wafv2_web_acl" "balancer" {
  name  = "balancer"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  rule { # finding: CKV_AWS_192, CKV2_AWS_76
    name     = "bad-inputs"
    priority = 1

    override_action {
      count {}
    }

    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
        vendor_name = "AWS"
      }
    }
  }
}

resource "aws_lb" "shop" {
  load_balancer_type = "application"
}

resource "aws_wafv2_web_acl_association" "balancer" {
  resource_arn = aws_lb.shop.arn
  web_acl_arn  = aws_wafv2_web_acl.balancer.arn
}

# Another group does not do the same.
resource "aws_wafv2_web_acl" "rest" { # finding: CKV_AWS_192, CKV2_AWS_77
  name  = "rest"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "common"
    priority = 1

    override_action {
      none {}
    }

    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
      }
    }
  }
}

resource "aws_api_gateway_rest_api" "orders" {
  name = "orders"
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.orders.id
  deployment_id = "a1b2c3"
  stage_name    = "live"
}

resource "aws_wafv2_web_acl_association" "rest" {
  resource_arn = aws_api_gateway_stage.live.arn
  web_acl_arn  = aws_wafv2_web_acl.rest.arn
}

# One of the rules for Log4j only counts.
resource "aws_wafv2_web_acl" "graph" {
  name  = "graph"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  rule { # finding: CKV_AWS_192, CKV2_AWS_78
    name     = "bad-inputs"
    priority = 1

    override_action {
      none {}
    }

    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
        vendor_name = "AWS"

        rule_action_override {
          name = "Log4JRCE_HEADER"

          action_to_use {
            count {}
          }
        }
      }
    }
  }
}

resource "aws_appsync_graphql_api" "shop" {
  name                = "shop"
  authentication_type = "AWS_IAM"
}

resource "aws_wafv2_web_acl_association" "graph" {
  resource_arn = aws_appsync_graphql_api.shop.arn
  web_acl_arn  = aws_wafv2_web_acl.graph.arn
}

resource "aws_wafv2_web_acl" "guarded" {
  name  = "guarded"
  scope = "CLOUDFRONT"

  default_action {
    allow {}
  }

  rule {
    name     = "common"
    priority = 1

    override_action {
      none {}
    }

    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
      }
    }
  }

  rule {
    name     = "bad-inputs"
    priority = 2

    override_action {
      none {}
    }

    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
        vendor_name = "AWS"
      }
    }
  }
}

resource "aws_cloudfront_distribution" "guarded" {
  enabled    = true
  web_acl_id = aws_wafv2_web_acl.guarded.arn
}
