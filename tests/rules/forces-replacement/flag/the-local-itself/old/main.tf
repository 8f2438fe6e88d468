locals {
  name = "orders"
}

resource "aws_dynamodb_table" "main" {
  name     = local.name
  hash_key = "id"
}
