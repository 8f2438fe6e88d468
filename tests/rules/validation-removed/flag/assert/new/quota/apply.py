def pay(account, amount):
    account.balance -= amount
    account.save()
