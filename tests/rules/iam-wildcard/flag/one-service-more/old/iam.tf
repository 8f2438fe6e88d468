data "aws_iam_policy_document" "move" {
  statement {
    effect    = "Allow"
    resources = ["*"]
    actions = [
      "dms:*",
      "sqs:*",
      "s3:GetObject",
    ]
  }
}
