"""Of names, more of the common ones are known to the planner: which of several parts is the rarest decides a search."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("registry", "0033_cheaper_keys_of_heads")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE registry_namekey ALTER COLUMN key SET STATISTICS 2000",
            "ALTER TABLE registry_namekey ALTER COLUMN key SET STATISTICS -1",
        ),
    ]
