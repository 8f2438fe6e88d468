resource "google_sql_database_instance" "main" {
  name                = "orders"
  deletion_protection = true
}
