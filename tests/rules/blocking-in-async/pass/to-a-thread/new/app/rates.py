async def rates(client):
    return await asyncio.to_thread(requests.get, "https://example.com/rates", timeout=5)
