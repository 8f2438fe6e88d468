resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name  = "errors"
  metric_name = "Errors"
  threshold   = 1
}
