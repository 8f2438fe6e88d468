def charge(total):
    return post(total)
