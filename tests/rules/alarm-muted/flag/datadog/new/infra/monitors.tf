resource "datadog_monitor" "api" {
  name    = "api errors"
  type    = "metric alert"
  query   = "avg(last_5m):sum:api.errors{*} > 900"
  message = "@pagerduty"
  monitor_thresholds {
    critical = 900
  }
}
