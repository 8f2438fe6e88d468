def price(order):
    if flags.is_enabled("new-pricing-2"):
        return new_price(order)
    return old_price(order)
