def refund(order):
    logger.debug("refund %s", order)
    return gateway.refund(order)
