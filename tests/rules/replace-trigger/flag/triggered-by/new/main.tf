resource "aws_instance" "web" {
  ami = "a"
  lifecycle {
    replace_triggered_by = [
      terraform_data.release,
    ]
  }
}
