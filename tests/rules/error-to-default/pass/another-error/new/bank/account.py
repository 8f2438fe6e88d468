def account(session, number):
    row = session.get(Account, number)
    if row is None:
        raise UnknownAccount(number)
    return row.balance
