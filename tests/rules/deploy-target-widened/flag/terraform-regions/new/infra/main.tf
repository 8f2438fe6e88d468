module "edge" {
  source  = "./edge"
  regions = ["eu-west-1", "us-east-1", "us-west-2"]
}
