from shop.models import Item


def take(item_id, number):
    item = Item.objects.select_for_update().get(pk=item_id)
    item.left -= number
    item.save()
