def charge_card(gateway, order):
    try:
        receipt = gateway.charge(order.card, order.total)
        order.mark_paid(receipt)
    except GatewayError as error:
        log.error("charge failed: %s", error)
        order.mark_failed()
        return None
    return receipt
