resource "aws_wafv2_web_acl" "undecided" {
  name  = "undecided"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  rule { # finding: CKV_AWS_342
    name     = "bots"
    priority = 1
  }
}

resource "aws_wafv2_rule_group" "undecided" {
  name     = "undecided"
  scope    = "REGIONAL"
  capacity = 10

  rule { # finding: CKV_AWS_342
    name     = "bots"
    priority = 1
  }
}

resource "aws_waf_web_acl" "undecided" {
  name        = "undecided"
  metric_name = "undecided"

  rules { # finding: CKV_AWS_342
    priority = 1
    rule_id  = "a1b2c3"
  }
}

resource "aws_wafregional_web_acl" "undecided" {
  name        = "undecided"
  metric_name = "undecided"

  rule { # finding: CKV_AWS_342
    priority = 1
    rule_id  = "a1b2c3"
  }
}

resource "aws_wafv2_web_acl" "site" {
  name  = "site"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  rule {
    name     = "bots"
    priority = 1

    action {
      block {}
    }
  }

  rule {
    name     = "common"
    priority = 2

    override_action {
      none {}
    }
  }
}

resource "aws_wafv2_web_acl" "empty" {
  name  = "empty"
  scope = "REGIONAL"
}

resource "aws_wafv2_rule_group" "bots" {
  name     = "bots"
  scope    = "REGIONAL"
  capacity = 10

  rule {
    name     = "bots"
    priority = 1

    action {
      count {}
    }
  }
}

resource "aws_waf_web_acl" "older" {
  name        = "older"
  metric_name = "older"

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

  rule {
    priority = 1
    rule_id  = "a1b2c3"
    type     = "GROUP"

    override_action {
      type = "NONE"
    }
  }
}
