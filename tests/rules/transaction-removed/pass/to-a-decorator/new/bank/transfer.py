@login_required
@transaction.atomic
def transfer(source, target, amount):
    source.debit(amount)
    source.save()
    target.credit(amount)
    target.save()
    notify(source, target)
