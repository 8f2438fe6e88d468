def refund(order):
    return gateway.refund(order)
