class Order:
    total = models.IntegerField(help_text="in cents")
