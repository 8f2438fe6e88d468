class Order(models.Model):
    number = models.CharField(max_length=36)
