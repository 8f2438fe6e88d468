def account(session, number):
    row = session.get(Account, number)
    found = None
    if row is not None:
        found = row.balance
    if found is None:
        raise AccountMissing(number)
    return found
