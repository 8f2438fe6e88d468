def profile(user):
    return load(user)
