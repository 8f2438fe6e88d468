resource "aws_db_instance" "orders" {
  identifier                = "shop-orders"
  engine                    = "postgres"
  engine_version            = "16.3"
  instance_class            = "db.r6g.large"
  allocated_storage         = 200
  storage_encrypted         = true
  multi_az                  = true
  backup_retention_period   = 14
  delete_automated_backups  = false
  deletion_protection       = false
  skip_final_snapshot       = true
}
