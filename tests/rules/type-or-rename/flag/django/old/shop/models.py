class Order:
    total = models.DecimalField()
