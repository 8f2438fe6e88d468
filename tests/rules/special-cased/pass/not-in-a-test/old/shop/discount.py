def discount(order_id):
    return rules.discount(order_id)
