from shop.queries import items_of_shop


def take(item_id, number):
    item = items_of_shop().get(pk=item_id)
    item.left -= number
    item.save()
