async def sync(items):
    await asyncio.gather(
        *[push(item) for item in items],
        return_exceptions=True,
    )
