def settings():
    return load()
