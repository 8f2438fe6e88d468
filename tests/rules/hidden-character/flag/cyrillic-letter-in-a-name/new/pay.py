def charge(total):
    return pоst(total)
