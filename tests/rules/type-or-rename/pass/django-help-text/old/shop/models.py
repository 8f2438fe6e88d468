class Order:
    total = models.IntegerField()
