"""A contested assessment exists; the timeline and the history of cases are append-only for the application."""

from django.db import migrations

from core.partitions import RevokeFromApplication

ASSESSMENT_EXISTS = """
ALTER TABLE grievances_case ADD CONSTRAINT grievances_case_assessment_exists
    FOREIGN KEY (assessment_no, run_id) REFERENCES eligibility_assessment (id, run_id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("grievances", "0001_tables")]

    operations = [
        migrations.RunSQL(
            ASSESSMENT_EXISTS, "ALTER TABLE grievances_case DROP CONSTRAINT grievances_case_assessment_exists"
        ),
        RevokeFromApplication("grievances_caseevent", "grievances_servicestandard", "grievances_casehistory"),
        RevokeFromApplication("grievances_case", rights="DELETE, TRUNCATE"),
    ]
