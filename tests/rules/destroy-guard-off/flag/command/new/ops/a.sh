x
aws rds modify-db-instance --db-instance-identifier orders --no-deletion-protection
