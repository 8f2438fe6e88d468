from django.db import migrations


def fill(apps, schema_editor):
    Order = apps.get_model("shop", "Order")
    while batch := list(Order.objects.filter(currency=None).values_list("pk", flat=True)[:1000]):
        Order.objects.filter(pk__in=batch).update(currency="EUR")


class Migration(migrations.Migration):
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
