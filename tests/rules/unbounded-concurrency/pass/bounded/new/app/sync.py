async def sync(items):
    semaphore = asyncio.Semaphore(10)

    async def one(item):
        async with semaphore:
            await push(item)

    await asyncio.gather(*(one(item) for item in items))
