_cache = {}


def profile(user):
    if len(_cache) > 1000:
        _cache.clear()
    _cache[user] = load(user)
    return _cache[user]
