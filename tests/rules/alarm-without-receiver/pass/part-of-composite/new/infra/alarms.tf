resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name  = "errors"
  metric_name = "Errors"
  threshold   = 1
}

resource "aws_cloudwatch_composite_alarm" "api" {
  alarm_rule    = "ALARM(${aws_cloudwatch_metric_alarm.errors.alarm_name})"
  alarm_actions = [aws_sns_topic.pager.arn]
}
