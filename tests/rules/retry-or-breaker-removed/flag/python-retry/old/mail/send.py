@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=10))
def send(message):
    return client.post("/messages", json=message, timeout=5)
