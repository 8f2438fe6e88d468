resource "aws_db_instance" "billing" {
  identifier     = "billing"
  replicate_source_db = "x"
  instance_class = "db.t4g.small"
}
