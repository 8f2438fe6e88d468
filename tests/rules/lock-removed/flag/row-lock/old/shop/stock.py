def reserve(item_id, count):
    item = (
        Item.objects.filter(pk=item_id)
        .select_for_update()
        .get()
    )
    item.left -= count
    item.save()
