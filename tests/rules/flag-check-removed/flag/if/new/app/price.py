def price(order):
    return new_price(order)
