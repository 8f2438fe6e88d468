resource "aws_db_instance" "orders" {
  engine         = "postgres"
  instance_class = "db.t3.large"
  replicate_source_db = aws_db_instance.main.id
}
