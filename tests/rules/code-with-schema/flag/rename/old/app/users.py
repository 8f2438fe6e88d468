def nick(user):
    return user.nickname
