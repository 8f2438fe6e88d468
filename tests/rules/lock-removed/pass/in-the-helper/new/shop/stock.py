from shop.queries import items_for_change


def take(item_id, number):
    item = items_for_change().get(pk=item_id)
    item.left -= number
    item.save()
