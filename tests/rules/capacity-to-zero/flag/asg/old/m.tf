resource "aws_autoscaling_group" "a" {
  min_size = 4
  max_size = 9
}
