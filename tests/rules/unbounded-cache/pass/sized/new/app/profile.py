@lru_cache(maxsize=1024)
def profile(user):
    return load(user)
