def a():
    Session.objects.all().delete()
