terraform apply -auto-approve -var env=prod
