resource "aws_db_instance" "main" {
  deletion_protection = true
  identifier          = "orders"
  engine              = "postgres"
}
