DEBUG = False
ALLOWED_HOSTS = ["a"]
