def rates(session):
    response = session.get("/rates", timeout=5)
    response.raise_for_status()
    return response.json()
