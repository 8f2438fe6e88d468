data "aws_iam_policy_document" "app" {
  statement {
    effect    = "Allow"
    actions   = ["*"]
    resources = ["${aws_s3_bucket.data.arn}/*"]
  }
}
