def rates(session):
    response = session.get("/rates", timeout=5)
    return response.json()
