from django.db import migrations, models


class Migration(migrations.Migration):
    operations = [
        migrations.AlterField(model_name="order", name="total", field=models.IntegerField(help_text="in cents")),
    ]
