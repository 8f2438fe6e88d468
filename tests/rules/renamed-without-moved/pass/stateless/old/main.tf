resource "aws_iam_role" "a" {
  name = "a"
}
