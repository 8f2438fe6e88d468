def pay(order):
    gateway.charge(order.card, order.total)
