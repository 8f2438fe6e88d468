async def push(item):
    async with semaphore:
        await client.post("/items", json=item)
