def reserve(item_id, count):
    with stock_lock:
        item = Item.objects.get(pk=item_id)
        item.left -= count
        item.save()
