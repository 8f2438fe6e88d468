resource "aws_cloudwatch_metric_alarm" "orders_cpu" {
  alarm_name          = "shop-orders-cpu"
  namespace           = "AWS/RDS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 80
  period              = 60
  evaluation_periods  = 5
  dimensions          = { DBInstanceIdentifier = aws_db_instance.orders.identifier }
  alarm_actions       = [aws_sns_topic.on_call.arn]
}

resource "aws_cloudwatch_metric_alarm" "orders_storage" {
  alarm_name          = "shop-orders-free-storage"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  statistic           = "Minimum"
  comparison_operator = "LessThanThreshold"
  threshold           = 21474836480
  period              = 300
  evaluation_periods  = 2
  dimensions          = { DBInstanceIdentifier = aws_db_instance.orders.identifier }
  alarm_actions       = [aws_sns_topic.on_call.arn]
}

resource "aws_sns_topic" "on_call" {
  name = "shop-on-call"
}
