resource "google_storage_bucket_iam_member" "a" {
  role   = "roles/storage.objectViewer"
  member = "group:team@example.com"
}
