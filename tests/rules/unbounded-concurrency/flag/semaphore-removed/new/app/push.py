async def push(item):
    await client.post("/items", json=item)
