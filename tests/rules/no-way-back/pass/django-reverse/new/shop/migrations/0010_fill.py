from django.db import migrations


class Migration(migrations.Migration):
    operations = [
        migrations.RunPython(fill_notes, migrations.RunPython.noop),
        migrations.RunSQL("SELECT a, b", reverse_sql="SELECT 1"),
    ]
