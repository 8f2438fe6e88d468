def may(level):
    return level == "admin"
