resource "aws_wafv2_web_acl" "open" { # finding: CKV_AWS_175, WAF.10, WAFV2_WEBACL_NOT_EMPTY
  name  = "open"
  scope = "REGIONAL"

  default_action {
    allow {}
  }
}

# Everything is stopped by default.
resource "aws_wafv2_web_acl" "closed" { # finding(all): CKV_AWS_175, WAF.10, WAFV2_WEBACL_NOT_EMPTY
  name  = "closed"
  scope = "REGIONAL"

  default_action {
    block {}
  }
}

resource "aws_waf_web_acl" "open" { # finding: CKV_AWS_175, WAF.8, WAF_GLOBAL_WEBACL_NOT_EMPTY
  name        = "open"
  metric_name = "open"

  default_action {
    type = "ALLOW"
  }
}

resource "aws_waf_web_acl" "closed" { # finding(all): CKV_AWS_175, WAF.8, WAF_GLOBAL_WEBACL_NOT_EMPTY
  name        = "closed"
  metric_name = "closed"

  default_action {
    type = "BLOCK"
  }
}

resource "aws_wafregional_web_acl" "open" { # finding: CKV_AWS_175, WAF.4, WAF_REGIONAL_WEBACL_NOT_EMPTY
  name        = "open"
  metric_name = "open"

  default_action {
    type = "ALLOW"
  }
}

resource "aws_wafregional_web_acl" "closed" { # finding(all): CKV_AWS_175, WAF.4, WAF_REGIONAL_WEBACL_NOT_EMPTY
  name        = "closed"
  metric_name = "closed"

  default_action {
    type = "BLOCK"
  }
}

resource "aws_wafv2_web_acl" "site" {
  name  = "site"
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

resource "aws_waf_web_acl" "older" {
  name        = "older"
  metric_name = "older"

  default_action {
    type = "ALLOW"
  }

  rules {
    priority = 1
    rule_id  = "a1b2c3"

    action {
      type = "BLOCK"
    }
  }
}

resource "aws_wafregional_web_acl" "older" {
  name        = "older"
  metric_name = "older"

  default_action {
    type = "ALLOW"
  }

  rule {
    priority = 1
    rule_id  = "a1b2c3"

    action {
      type = "BLOCK"
    }
  }
}
