resource "aws_sns_topic" "x" {
  name = "x"
}
