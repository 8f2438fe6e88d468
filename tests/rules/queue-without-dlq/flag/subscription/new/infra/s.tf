resource "aws_sns_topic_subscription" "a" {
  protocol  = "sqs"
  endpoint  = "x"
}
