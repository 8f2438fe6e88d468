x
terraform destroy -auto-approve
