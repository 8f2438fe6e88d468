resource "aws_dynamodb_table" "main" {
  name     = "orders"
  hash_key = "id"
}
