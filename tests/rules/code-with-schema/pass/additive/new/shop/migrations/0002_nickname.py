from django.db import migrations


class Migration(migrations.Migration):
    operations = [
        migrations.AddField("user", "nickname", models.TextField()),
    ]
