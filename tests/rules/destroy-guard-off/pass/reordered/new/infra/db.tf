resource "aws_db_instance" "main" {
  identifier          = "orders"
  engine              = "postgres"
  deletion_protection = true
}
