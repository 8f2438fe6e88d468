resource "aws_db_instance" "a" {
  iops = 3000
}
