OPTIONS = {"timeout": 5, "verify": False}
