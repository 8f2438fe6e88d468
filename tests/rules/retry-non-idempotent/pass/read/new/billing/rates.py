@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=10))
def rates():
    return gateway.get("/rates", timeout=5)
