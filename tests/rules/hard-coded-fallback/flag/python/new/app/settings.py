import os

DB_HOST = os.environ.get("DB_HOST", "localhost")
