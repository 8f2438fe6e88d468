def rates(session):
    return session.cached_rates
