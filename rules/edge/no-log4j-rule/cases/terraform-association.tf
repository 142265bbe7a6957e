# The rule of a group stands in a block of its own.
resource "aws_wafv2_web_acl" "site" {
  name  = "site"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  lifecycle {
    ignore_changes = [rule]
  }
}

resource "aws_wafv2_web_acl_rule_group_association" "inputs" {
  web_acl_arn = aws_wafv2_web_acl.site.arn
  rule_name   = "bad-inputs"
  priority    = 1

  managed_rule_group {
    name        = "AWSManagedRulesKnownBadInputsRuleSet"
    vendor_name = "AWS"
  }
}

resource "aws_wafv2_web_acl" "counted" {
  name  = "counted"
  scope = "REGIONAL"

  default_action {
    allow {}
  }
}

resource "aws_wafv2_web_acl_rule_group_association" "counted" { # finding: CKV_AWS_192
  web_acl_arn     = aws_wafv2_web_acl.counted.arn
  rule_name       = "bad-inputs"
  priority        = 1
  override_action = "count"

  managed_rule_group {
    name        = "AWSManagedRulesKnownBadInputsRuleSet"
    vendor_name = "AWS"
  }
}
