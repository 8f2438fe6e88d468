import os

API_TOKEN = os.getenv("API_TOKEN", "")
