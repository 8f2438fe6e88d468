db_deletion_protection = false
name = "a"
