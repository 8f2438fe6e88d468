@lru_cache(maxsize=None)
def profile(user):
    return load(user)
