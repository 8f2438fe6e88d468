from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["user"], name="by_user"),
        ),
    ]
