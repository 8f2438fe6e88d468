module "database" {
  source = "terraform-aws-modules/rds/aws"
  name   = "orders"
}
