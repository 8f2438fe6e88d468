resource "aws_cloudwatch_event_rule" "report" {
  name                = "report"
  schedule_expression = "cron(0 0 * * ? *)"
}
