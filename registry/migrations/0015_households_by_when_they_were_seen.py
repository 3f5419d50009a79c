"""An index for the lists of households that are due, built beside ongoing work."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("registry", "0014_references_by_statement"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="household",
            index=models.Index(
                condition=models.Q(("status", "active")),
                fields=["district", "interviewed_on", "area", "id"],
                name="registry_household_seen",
            ),
        ),
    ]
