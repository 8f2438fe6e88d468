resource "aws_autoscaling_group" "a" {
  min_size = 0
  max_size = 9
}
