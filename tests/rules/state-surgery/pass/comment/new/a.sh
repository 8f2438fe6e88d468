x
# terraform state rm aws_db_instance.main
