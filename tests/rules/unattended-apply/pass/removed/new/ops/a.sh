terraform apply -var env=prod
