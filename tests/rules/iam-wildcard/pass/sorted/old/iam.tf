data "aws_iam_policy_document" "move" {
  statement {
    effect    = "Allow"
    resources = ["*"]
    actions = [
      "dms:*",
      "s3:GetObject",
      "sqs:*",
    ]
  }
}
