from shop.models import Item


def all_items():
    return Item.objects.order_by("pk")
