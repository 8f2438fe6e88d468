def charge(order):
    try:
        return gateway.charge(order)
    except GatewayError:
        log.exception("charge failed")
        raise
