resource "aws_db_instance" "main" {
  identifier = "orders"
  lifecycle {
    prevent_destroy = true
  }
}
