def account(session, number):
    row = session.get(Account, number)
    if row is None:
        raise AccountMissing(number)
    return row.balance
