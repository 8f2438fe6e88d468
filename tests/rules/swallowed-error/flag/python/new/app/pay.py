def charge(order):
    try:
        return gateway.charge(order)
    except Exception:
        return None
