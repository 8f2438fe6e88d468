x
terraform apply -var-file=prod.tfvars
