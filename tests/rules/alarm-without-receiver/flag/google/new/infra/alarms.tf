resource "google_monitoring_alert_policy" "errors" {
  display_name = "errors"
  combiner     = "OR"
}
