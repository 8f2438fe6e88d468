resource "aws_cloudwatch_metric_alarm" "space" {
  metric_name = "FreeStorageSpace"
  dimensions = {
    DBInstanceIdentifier = aws_db_instance.orders.identifier
  }
}
