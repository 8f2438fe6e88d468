x
terraform plan -out=tfplan
terraform apply -auto-approve tfplan
