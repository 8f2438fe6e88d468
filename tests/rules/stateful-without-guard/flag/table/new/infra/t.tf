resource "aws_dynamodb_table" "sessions" {
  name     = "sessions"
  hash_key = "id"
}
