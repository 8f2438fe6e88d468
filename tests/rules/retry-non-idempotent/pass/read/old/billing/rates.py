def rates():
    return gateway.get("/rates", timeout=5)
