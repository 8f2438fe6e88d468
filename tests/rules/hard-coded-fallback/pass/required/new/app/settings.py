import os

DB_HOST = os.environ["DB_HOST"]
