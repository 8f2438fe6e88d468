module "db" {
  source     = "terraform-aws-modules/rds/aws"
  identifier = "orders"
}

locals {}
