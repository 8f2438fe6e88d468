import os

PORT = os.getenv("PORT", "8080")
LOG_LEVEL = os.getenv("LOG_LEVEL", "INFO")
