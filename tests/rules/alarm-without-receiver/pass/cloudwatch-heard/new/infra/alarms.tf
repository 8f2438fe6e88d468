resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name  = "errors"
  metric_name = "Errors"
  threshold   = 1
  alarm_actions = [aws_sns_topic.pager.arn]
}
