removed {
  from = aws_route_table.public
  lifecycle {
    destroy = false
  }
}
