set -e
aws rds modify-db-instance --db-instance-identifier orders --delete-automated-backups
