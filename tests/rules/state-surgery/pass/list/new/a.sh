x
terraform state list
