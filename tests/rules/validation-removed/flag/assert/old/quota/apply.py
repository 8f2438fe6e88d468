def pay(account, amount):
    assert amount > 0, "amounts are positive"
    account.balance -= amount
    account.save()
