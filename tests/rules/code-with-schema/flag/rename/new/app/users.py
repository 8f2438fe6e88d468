def nick(user):
    return user.handle
