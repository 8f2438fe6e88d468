OPTIONS = {"timeout": 5}
