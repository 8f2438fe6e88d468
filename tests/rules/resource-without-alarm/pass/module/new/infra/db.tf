resource "aws_db_instance" "orders" {
  identifier = "orders"
}
module "orders_alarms" {
  source = "./alarms"
  db = aws_db_instance.orders.id
}
