module "db" {
  source = "./rds"
  deletion_protection = true
}
