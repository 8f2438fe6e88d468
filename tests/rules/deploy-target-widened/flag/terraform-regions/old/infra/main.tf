module "edge" {
  source  = "./edge"
  regions = ["eu-west-1"]
}
