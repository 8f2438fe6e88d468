locals {}

resource "aws_iam_user" "a" {
  name          = "a"
  force_destroy = true
}
