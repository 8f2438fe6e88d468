resource "aws_route" "out" {
  destination_cidr_block = "0.0.0.0/0"
}
