async def rates(client):
    return await client.get("/rates")
