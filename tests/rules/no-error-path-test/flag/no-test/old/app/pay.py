def charge(order):
    return gateway.charge(order)
