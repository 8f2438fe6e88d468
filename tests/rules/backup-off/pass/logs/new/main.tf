resource "aws_cloudwatch_log_group" "a" {
  name = "a"
  retention_in_days = 30
}
