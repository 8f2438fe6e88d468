locals {}

resource "aws_db_instance" "primary" {
  identifier        = "orders"
  engine            = "postgres"
  storage_encrypted = false
}
