def recent(user):
    return Order.objects.filter(user=user)[:100]
