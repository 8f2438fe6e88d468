def account(session, number):
    row = session.get(Account, number)
    if row is None:
        return None
    return row.balance
