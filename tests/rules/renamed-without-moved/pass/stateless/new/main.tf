resource "aws_iam_role" "b" {
  name = "a"
}
