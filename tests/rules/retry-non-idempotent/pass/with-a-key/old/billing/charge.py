def charge(card, amount):
    return gateway.post("/charges", json={"card": card}, timeout=5)
