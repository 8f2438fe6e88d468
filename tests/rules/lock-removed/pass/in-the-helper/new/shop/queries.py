from shop.models import Item


def all_items():
    return Item.objects.order_by("pk")


def items_for_change():
    return Item.objects.order_by("pk").select_for_update()
