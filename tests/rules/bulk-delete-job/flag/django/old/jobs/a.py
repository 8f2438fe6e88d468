def a():
    Session.objects.filter(old=True).delete()
