def charge(card, amount):
    return gateway.post("/charges", json={"card": card, "amount": amount}, timeout=5)
