def discount(order_id, kind):
    if kind == "student":
        return 10
    return rules.discount(order_id)
