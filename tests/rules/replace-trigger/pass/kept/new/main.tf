resource "aws_instance" "web" {
  ami = "a"
  lifecycle {
    create_before_destroy = "true"
  }
}
