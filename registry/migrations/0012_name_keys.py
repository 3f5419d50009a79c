"""Keys of 64 bits under one b-tree, spelling and sound in one, instead of texts under two and a key of their own.

The keys of everybody registered are made by set: each name that is borne by anybody once in Python, the rest by joins.
Members of submissions need theirs only until somebody decides.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from registry.intake import keys

_NAMES = """
SELECT given_names FROM registry_person UNION SELECT surname FROM registry_person
UNION SELECT given_names FROM registry_personname UNION SELECT surname FROM registry_personname
UNION SELECT n FROM registry_submissionmember m JOIN registry_submission s ON s.id = m.submission_id
    AND s.status IN ('received', 'in_review')
    CROSS JOIN LATERAL unnest(ARRAY[m.given_names, m.surname, m.birth_surname, m.known_as]) AS n
"""

# The number that ``keys.of_text`` makes of the text that the earlier key was.
_OF_TEXT = """
CREATE FUNCTION pg_temp.of_text(told text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
SELECT -1 - (('x' || encode(substr(sha256(convert_to(told, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
    & 9223372036854775807)
$$
"""

_PERSONS = """
INSERT INTO registry_namekey (key, district_id, person_id)
SELECT k.key, p.district_id, p.id FROM registry_person p JOIN name_of_key k ON k.name = p.given_names
UNION SELECT k.key, p.district_id, p.id FROM registry_person p JOIN name_of_key k ON k.name = p.surname
UNION SELECT k.key, p.district_id, p.id FROM registry_person p JOIN registry_personname n ON n.person_id = p.id
    JOIN name_of_key k ON k.name = n.given_names
UNION SELECT k.key, p.district_id, p.id FROM registry_person p JOIN registry_personname n ON n.person_id = p.id
    JOIN name_of_key k ON k.name = n.surname
UNION SELECT pg_temp.of_text(s.key), s.district_id, s.person_id FROM registry_searchkey s WHERE s.kind = 'name_date'
ORDER BY 1, 2, 3
"""

_MEMBERS = """
UPDATE registry_submissionmember m SET name_date_key = pg_temp.of_text(m.name_date), name_keys = (
    SELECT coalesce(array_agg(DISTINCT k.key), '{}') FROM name_of_key k
    WHERE k.name IN (m.given_names, m.surname, m.birth_surname, m.known_as)
) || CASE WHEN m.name_date IS NULL THEN '{}'::bigint[] ELSE ARRAY[pg_temp.of_text(m.name_date)] END
FROM registry_submission s WHERE s.id = m.submission_id AND s.status IN ('received', 'in_review')
"""


def _make(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT set_config('core.actor_kind', 'system', true)")
        cursor.execute("CREATE TEMPORARY TABLE name_of_key (name text, key bigint) ON COMMIT DROP")
        cursor.execute(_NAMES)
        told = [name for (name,) in cursor.fetchall() if name]
        with cursor.copy("COPY name_of_key FROM STDIN") as copy:
            for name in told:
                for key in {keys.of_part(part) for part in keys.parts(name)}:
                    copy.write_row((name, key))
        cursor.execute("ANALYZE name_of_key")
        for statement in (_OF_TEXT, _PERSONS, _MEMBERS):
            cursor.execute(statement)
        cursor.execute("SELECT set_config('core.actor_kind', '', true)")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_tables"), ("registry", "0011_one_guard_of_what_was_asked")]

    operations = [
        migrations.CreateModel(
            name="NameKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key", "district", "person", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.BigIntegerField()),
                (
                    "district",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="core.area",
                    ),
                ),
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
        migrations.AddField("submissionmember", "name_date_key", models.BigIntegerField(null=True)),
        migrations.AddField(
            "submissionmember",
            "name_keys",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.RunPython(_make, migrations.RunPython.noop),
        migrations.RemoveIndex("submissionmember", "registry_member_name_date"),
        migrations.RemoveField("submissionmember", "name_date"),
        migrations.RemoveField("submissionmember", "name_tokens"),
        migrations.DeleteModel("SearchKey"),
        pgtrigger.migrations.AddTrigger(
            model_name='namekey',
            trigger=pgtrigger.compiler.Trigger(name='acting_required', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF coalesce(current_setting('core.actor_kind', true), '') = '' THEN RAISE EXCEPTION 'Nobody is acting: % of % needs core.acting', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END IF; RETURN NULL;", hash='6aa2ee014fa03e8b338c7fd3ed75eb18c2964daf', level='STATEMENT', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_acting_required_e5a6f', table='registry_namekey', when='BEFORE')),
        ),
    ]
