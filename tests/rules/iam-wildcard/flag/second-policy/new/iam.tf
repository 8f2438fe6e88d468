data "aws_iam_policy_document" "west" {
  statement {
    effect    = "Allow"
    resources = ["*"]
    actions   = ["acm:*", "sqs:*"]
  }
}

data "aws_iam_policy_document" "east" {
  statement {
    effect    = "Allow"
    resources = ["*"]
    actions   = ["acm:*"]
  }
}
