resource "aws_sns_topic" "pager" {
  name = "pager"
}

resource "aws_cloudwatch_metric_alarm" "off" {
  alarm_name          = "off"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Errors"
  namespace           = "AWS/Lambda"
  actions_enabled     = false # finding: CKV_AWS_319, CloudWatch.17, CLOUDWATCH_ALARM_ACTION_ENABLED_CHECK
  alarm_actions       = [aws_sns_topic.pager.arn]
}

resource "aws_cloudwatch_metric_alarm" "nobody" { # finding(all): CloudWatch.15, CLOUDWATCH_ALARM_ACTION_CHECK
  alarm_name          = "nobody"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Errors"
  namespace           = "AWS/Lambda"
}

resource "aws_cloudwatch_composite_alarm" "off" {
  alarm_name      = "composite"
  alarm_rule      = "ALARM(off)"
  actions_enabled = false # finding
}

# What is kept.
resource "aws_cloudwatch_metric_alarm" "on" {
  alarm_name          = "on"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "Errors"
  namespace           = "AWS/Lambda"
  alarm_actions       = [aws_sns_topic.pager.arn]
}

resource "aws_cloudwatch_composite_alarm" "on" {
  alarm_name    = "both"
  alarm_rule    = "ALARM(on)"
  alarm_actions = [aws_sns_topic.pager.arn]
}
