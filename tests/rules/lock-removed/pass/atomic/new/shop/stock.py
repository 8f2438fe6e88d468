def reserve(item_id, count):
    Item.objects.filter(pk=item_id, left__gte=count).update(left=F("left") - count)
