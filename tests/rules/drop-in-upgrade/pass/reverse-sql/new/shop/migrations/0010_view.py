from django.db import migrations

FORWARD = "ALTER TABLE orders ADD COLUMN total int"
BACKWARD = "ALTER TABLE orders DROP COLUMN total"


class Migration(migrations.Migration):
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
