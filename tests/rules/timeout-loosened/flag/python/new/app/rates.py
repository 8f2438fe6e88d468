def rates(session):
    return session.get("/rates", timeout=300)
