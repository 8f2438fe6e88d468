def charge(order):
    return 2
