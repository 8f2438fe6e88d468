def pay(order):
    return gateway.charge(order.card, order.total)
