def recent(user):
    return user.cached
