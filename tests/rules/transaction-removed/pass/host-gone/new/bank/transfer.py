def balance(account):
    return account.balance
