def charge(gateway, order):
    return order.receipt
