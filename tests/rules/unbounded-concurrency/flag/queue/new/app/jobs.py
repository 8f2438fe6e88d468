def make():
    return asyncio.Queue()
