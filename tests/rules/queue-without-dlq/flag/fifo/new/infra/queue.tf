resource "aws_sqs_queue" "events" {
  name       = "events.fifo"
  fifo_queue = true
}
