@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=10))
def charge(card, amount):
    return gateway.post("/charges", json={"card": card, "amount": amount}, timeout=5)
