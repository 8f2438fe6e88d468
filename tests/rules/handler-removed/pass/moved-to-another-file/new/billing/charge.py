def refund(order):
    return order.refund()
