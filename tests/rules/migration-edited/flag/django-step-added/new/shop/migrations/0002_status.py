from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.AddField("order", "status", models.TextField()),
        migrations.RemoveField("order", "state"),
    ]
