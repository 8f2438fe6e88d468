moved {
  from = aws_db_instance.main
  to   = aws_db_instance.primary
}

resource "aws_db_instance" "primary" {
  identifier        = "orders"
  engine            = "postgres"
  storage_encrypted = false
}
