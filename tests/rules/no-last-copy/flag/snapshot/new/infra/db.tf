resource "aws_db_instance" "main" {
  identifier          = "orders"
  skip_final_snapshot = true
}
