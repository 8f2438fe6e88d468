resource "aws_db_instance" "main" {
  skip_final_snapshot = true
}
