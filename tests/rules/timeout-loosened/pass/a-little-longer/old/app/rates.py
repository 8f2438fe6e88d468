def rates(session):
    return session.get("/rates", timeout=5)
