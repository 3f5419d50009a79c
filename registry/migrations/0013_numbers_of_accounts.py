"""Who is known by a mobile account or as a nominee is found by that number; who waits is found by names and birth date."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("registry", "0012_name_keys")]

    operations = [
        AddIndexConcurrently(
            "submissionmember",
            models.Index(
                condition=models.Q(("name_date_key__isnull", False), ("person__isnull", True)),
                fields=["name_date_key"],
                name="registry_member_waits",
            ),
        ),
        AddIndexConcurrently(
            "nominee",
            models.Index(
                condition=models.Q(("until_on__isnull", True), models.Q(("phone", ""), _negated=True)),
                fields=["phone"],
                name="registry_nominee_phone",
            ),
        ),
        AddIndexConcurrently(
            "paymentaccount",
            models.Index(
                condition=models.Q(("until_on__isnull", True), models.Q(("number", ""), _negated=True)),
                fields=["number"],
                name="registry_account_number",
            ),
        ),
    ]
