import os

ENDPOINTS = os.environ.get("REPORT_ENDPOINTS_URL", "{}")
