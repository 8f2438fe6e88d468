resource "aws_db_instance" "main" {
  identifier        = "orders"
  engine            = "postgres"
  storage_encrypted = false
}
