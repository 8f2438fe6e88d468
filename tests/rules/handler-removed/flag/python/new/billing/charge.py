def charge(gateway, order):
    receipt = gateway.charge(order.card, order.total)
    order.mark_paid(receipt)
    return receipt
