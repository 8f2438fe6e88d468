resource "aws_route" "out" {
  destination_cidr_block = "10.0.0.0/8"
}
