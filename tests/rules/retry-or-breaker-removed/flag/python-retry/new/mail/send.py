def send(message):
    return client.post("/messages", json=message, timeout=5)
