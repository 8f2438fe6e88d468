resource "aws_cloudwatch_metric_alarm" "orders_cpu" {
  alarm_name          = "shop-orders-cpu"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 99
  period              = 60
  evaluation_periods  = 5
  dimensions          = { DBInstanceIdentifier = aws_db_instance.orders.identifier }
  alarm_actions       = [aws_sns_topic.on_call.arn]
}

resource "aws_sns_topic" "on_call" {
  name = "shop-on-call"
}
