def recent(user):
    orders = Order.objects.filter(user=user)
    return [order.summary() for order in orders]
