resource "aws_db_instance" "main" {
  identifier        = "orders"
  engine            = "postgres"
  storage_encrypted = true
  lifecycle {
    ignore_changes = [storage_encrypted]
  }
}
