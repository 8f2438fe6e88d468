resource "aws_sqs_queue" "a" {
  message_retention_seconds = 3600
}
