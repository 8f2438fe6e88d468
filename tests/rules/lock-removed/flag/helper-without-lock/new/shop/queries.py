from shop.models import Item


def items_of_shop():
    return Item.objects.order_by("pk")
