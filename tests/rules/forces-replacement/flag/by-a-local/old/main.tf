locals {
  region = "europe-west1"
}

resource "google_sql_database_instance" "main" {
  name   = "orders"
  region = local.region
}
