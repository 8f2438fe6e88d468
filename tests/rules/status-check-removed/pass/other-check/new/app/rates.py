def rates(session):
    response = session.get("/rates", timeout=5)
    if response.status_code != 200:
        raise RatesUnavailable(response.status_code)
    return response.json()
