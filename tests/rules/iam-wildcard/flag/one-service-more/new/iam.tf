data "aws_iam_policy_document" "move" {
  statement {
    effect    = "Allow"
    resources = ["*"]
    actions = [
      "s3:GetObject",
      "dms:*",
      "mgn:*",
      "sqs:*",
    ]
  }
}
