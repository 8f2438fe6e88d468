resource "aws_s3_bucket" "audit_logs" {
  bucket = "logs"
}
