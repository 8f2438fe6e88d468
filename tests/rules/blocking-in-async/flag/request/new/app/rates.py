async def rates(client):
    return requests.get("https://example.com/rates", timeout=5).json()
