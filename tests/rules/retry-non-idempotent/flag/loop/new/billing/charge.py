def pay(order):
    for attempt in range(3):
        try:
            return gateway.charge(order.card, order.total)
        except GatewayError:
            time.sleep(random.random() * 2**attempt)
    raise PaymentFailed(order)
