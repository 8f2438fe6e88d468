resource "google_container_cluster" "main" {
  name = "a"
  private_cluster_config {
    master_ipv4_cidr_block = "10.1.0.0/28"
  }
}
