resource "aws_db_instance" "orders" {
  engine         = "postgres"
  instance_class = "db.t3.large"
  deletion_protection     = var.protect
  backup_retention_period = 14
}
