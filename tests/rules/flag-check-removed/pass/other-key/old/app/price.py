def price(order):
    if flags.is_enabled("new-pricing"):
        return new_price(order)
    return old_price(order)
