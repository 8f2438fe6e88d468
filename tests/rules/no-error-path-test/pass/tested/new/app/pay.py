def charge(order):
    try:
        return gateway.charge(order)
    except GatewayError as error:
        raise PaymentFailed(order) from error
