# Rules as the API has them.
resource "aws_wafv2_rule_group" "json" {
  name     = "json"
  scope    = "REGIONAL"
  capacity = 10

  rules_json = jsonencode([
    { # finding: CKV_AWS_342
      Name             = "bots"
      Priority         = 1
      Statement        = { GeoMatchStatement = { CountryCodes = ["AQ"] } }
      VisibilityConfig = { MetricName = "bots" }
    },
    {
      Name             = "others"
      Priority         = 2
      Action           = { Block = {} }
      Statement        = { GeoMatchStatement = { CountryCodes = ["BV"] } }
      VisibilityConfig = { MetricName = "others" }
    },
  ])
}

resource "aws_wafv2_rule_group" "fine" {
  name     = "fine"
  scope    = "REGIONAL"
  capacity = 10

  rules_json = "[{\"Name\": \"bots\", \"Priority\": 1, \"Action\": {\"Block\": {}}}]"
}
