module "external_dns" {
  source  = "example/helm-release/aws"
  version = "0.5.0"
}
