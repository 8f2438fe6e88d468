def recent(user):
    orders = Order.objects.filter(user=user)[:100]
    return orders
