def refund(account, amount):
    account.balance -= amount
