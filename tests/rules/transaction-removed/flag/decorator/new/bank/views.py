def create_order(cart, user):
    order = Order.objects.create(user=user)
    for item in cart:
        OrderLine.objects.create(order=order, item=item)
    return order
