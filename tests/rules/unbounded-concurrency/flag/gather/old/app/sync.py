async def sync(items):
    for item in items:
        await push(item)
