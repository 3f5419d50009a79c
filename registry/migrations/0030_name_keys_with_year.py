"""Keys of names carry the year of birth and are read in its order; a key costs as many bytes as before.

Keys are derived, so the table is made anew in its order rather than changed row by row, which would leave it twice as
large. While this runs (a few minutes for a million households) nobody registers.
"""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

_ASIDE = """
DROP TRIGGER pgtrigger_acting_required_e5a6f ON registry_namekey;
ALTER TABLE registry_namekey RENAME TO registry_namekey_before;
ALTER TABLE registry_namekey_before DROP CONSTRAINT registry_namekey_pkey;
"""

_KEPT = """
INSERT INTO registry_namekey (key, district_id, born, person_id)
SELECT k.key, k.district_id, extract(year FROM p.birth_date), k.person_id
FROM registry_namekey_before k JOIN registry_person p ON p.id = k.person_id
ORDER BY 1, 2, 3, 4;
DROP TABLE registry_namekey_before;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0029_looked_up_by_statement")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_ASIDE)],
            state_operations=[migrations.DeleteModel("NameKey")],
        ),
        migrations.CreateModel(
            name="NameKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key",
                        "district_id",
                        "born",
                        "person",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.BigIntegerField()),
                ("district_id", models.IntegerField()),
                ("born", models.SmallIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="registry.person",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(_KEPT),
        pgtrigger.migrations.AddTrigger(
            model_name='namekey',
            trigger=pgtrigger.compiler.Trigger(name='acting_required', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF coalesce(current_setting('core.actor_kind', true), '') = '' THEN RAISE EXCEPTION 'Nobody is acting: % of % needs core.acting', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NULL;", hash='6aa2ee014fa03e8b338c7fd3ed75eb18c2964daf', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_acting_required_e5a6f', table='registry_namekey', when='BEFORE')),
        ),
    ]
