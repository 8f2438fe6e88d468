def charge(order):
    try:
        return gateway.charge(order)
    except GatewayError:
        logger.exception("charge failed", extra={"order": order.id})
        metrics.counter("charge.failed").inc()
        raise
