@cache
def settings():
    return load()
