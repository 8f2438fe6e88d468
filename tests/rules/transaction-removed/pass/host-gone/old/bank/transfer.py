@login_required
def transfer(source, target, amount):
    with transaction.atomic():
        source.debit(amount)
        source.save()
        target.credit(amount)
        target.save()
    notify(source, target)


def balance(account):
    return account.balance
