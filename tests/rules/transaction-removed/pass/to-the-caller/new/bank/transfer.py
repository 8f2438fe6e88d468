@login_required
def transfer(source, target, amount):
    source.debit(amount)
    source.save()
    target.credit(amount)
    target.save()
    notify(source, target)


def handle(request):
    with transaction.atomic():
        transfer(request.source, request.target, request.amount)
