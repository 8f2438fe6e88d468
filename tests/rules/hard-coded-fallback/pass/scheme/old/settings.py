import os

SITE_URL_PROTOCOL = os.environ.get("SITE_URL_PROTOCOL")
