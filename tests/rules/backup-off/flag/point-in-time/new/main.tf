resource "aws_dynamodb_table" "a" {
  name = "a"
}
