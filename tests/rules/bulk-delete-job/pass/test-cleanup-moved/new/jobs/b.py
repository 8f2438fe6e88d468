x = 1


def a():
    Session.objects.all().delete()
