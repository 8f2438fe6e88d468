resource "aws_lb" "old" {
  enable_deletion_protection = true
}
locals {}
