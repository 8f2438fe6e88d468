from django.db import migrations


def assign(apps, schema_editor):
    Zone = apps.get_model("shop", "Zone")
    covered = set()
    for zone in Zone.objects.all():
        covered.update({country.code for country in zone.countries})
    print(covered)


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.RunPython(assign, migrations.RunPython.noop)]
