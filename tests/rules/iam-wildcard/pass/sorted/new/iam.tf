data "aws_iam_policy_document" "move" {
  statement {
    effect    = "Allow"
    resources = ["*"]
    actions = [
      "sqs:*",
      "dms:*",
      "s3:GetObject",
      "s3:PutObject",
    ]
  }
}
