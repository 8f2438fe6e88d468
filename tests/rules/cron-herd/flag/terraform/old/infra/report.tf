resource "aws_cloudwatch_event_rule" "report" {
  name = "report"
}
