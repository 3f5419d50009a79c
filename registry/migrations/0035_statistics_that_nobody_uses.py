"""What nobody asks the planner about is not counted, and what is counted at length is counted less often.

Answers and payloads are read with their row, never looked for; comparing thousands of documents with one another was a
good part of what the statistics of a growing register cost. Those of name keys (0034) sort more than half a million.
"""

from django.db import migrations

_DOCUMENTS = {
    "registry_submission": ("payload", "nominee", "answers"),
    "registry_submissionmember": ("answers",),
    "registry_person": ("answers",),
    "registry_household": ("answers",),
}


class Migration(migrations.Migration):
    dependencies = [("registry", "0034_common_names_known")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0",
            f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS -1",
        )
        for table, columns in _DOCUMENTS.items()
        for column in columns
    ] + [
        migrations.RunSQL(
            "ALTER TABLE registry_namekey SET (autovacuum_analyze_scale_factor = 0.5)",
            "ALTER TABLE registry_namekey RESET (autovacuum_analyze_scale_factor)",
        ),
    ]
