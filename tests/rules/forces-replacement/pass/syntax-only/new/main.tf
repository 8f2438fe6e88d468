resource "aws_dynamodb_table" "main" {
  name     = var.name
  hash_key = "id"
}
