resource "aws_db_instance" "a" {
  engine         = "postgres"
  engine_version = "14.9"
}
