def limits(session):
    return session.limits
