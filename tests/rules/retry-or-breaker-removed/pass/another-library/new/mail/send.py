@backoff.on_exception(backoff.expo, HTTPError, max_tries=3)
def send(message):
    return client.post("/messages", json=message, timeout=5)
