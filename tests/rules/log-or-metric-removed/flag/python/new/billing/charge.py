def charge(order):
    try:
        return gateway.charge(order)
    except GatewayError:
        raise
