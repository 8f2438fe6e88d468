resource "datadog_monitor" "api" {
  name    = "api errors"
  type    = "metric alert"
  query   = "avg(last_5m):sum:api.errors{*} > 90"
  message = "@pagerduty"
  monitor_thresholds {
    critical = 90
  }
}
