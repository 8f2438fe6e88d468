x
terraform apply -auto-approve -var env=prod
