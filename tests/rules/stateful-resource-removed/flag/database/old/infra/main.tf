resource "aws_db_instance" "main" {
  identifier = "orders"
}

resource "aws_iam_role" "app" {
  name = "app"
}
