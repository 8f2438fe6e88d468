class Order(models.Model):
    number = models.CharField(max_length=36)
    checkout_token = models.CharField(max_length=36, blank=True)
