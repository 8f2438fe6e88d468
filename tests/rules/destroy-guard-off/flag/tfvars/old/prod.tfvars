db_deletion_protection = true
name = "a"
