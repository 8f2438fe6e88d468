def charge(gateway, order):
    receipt = gateway.charge(order.card, order.total)
    order.mark_paid(receipt)
    return receipt


def checkout(gateway, order):
    try:
        receipt = charge(gateway, order)
    except GatewayError as error:
        log.error("charge failed: %s", error)
        order.mark_failed()
        return None
    return receipt
