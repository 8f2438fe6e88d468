_cache = {}


def profile(user):
    if user not in _cache:
        _cache[user] = load(user)
    return _cache[user]
