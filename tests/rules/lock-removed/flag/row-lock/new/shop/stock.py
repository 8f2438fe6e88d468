def reserve(item_id, count):
    item = (
        Item.objects.filter(pk=item_id)
        .get()
    )
    item.left -= count
    item.save()
