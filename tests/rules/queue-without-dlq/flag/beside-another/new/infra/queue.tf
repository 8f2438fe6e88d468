locals {}

resource "aws_sqs_queue" "orders" {
  name = "orders"
}

resource "aws_sqs_queue" "mail" {
  name           = "mail"
  redrive_policy = local.redrive
}
