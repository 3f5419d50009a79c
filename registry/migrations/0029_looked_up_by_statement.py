"""Persons, households and submissions stay, so rows that name them are looked up once a statement; ages cost less."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


# Days are compared as such: the age of two days goes by way of the session's time zone, and what depends on that is not
# put into the statement that asks but called for each row.
AGE = """
CREATE OR REPLACE FUNCTION registry_age(born date, known_to text, on_day date) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- Completed years; null where the date or the day is.
    SELECT CASE WHEN born IS NOT NULL AND on_day IS NOT NULL
        THEN date_part('year', age(on_day::timestamp, registry_counting_date(born, known_to, on_day)::timestamp))::int END
$$;
"""

# Compressing what came took half of the work of entering it, and each move of its state copied it anew. New rows only.
AS_IT_CAME = "ALTER TABLE registry_submission ALTER COLUMN payload SET STORAGE EXTERNAL"
COMPRESSED = "ALTER TABLE registry_submission ALTER COLUMN payload SET STORAGE EXTENDED"


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0028_paper_forms'),
    ]

    # Backwards nothing is done about ages: the earlier function gave the same, only slower.
    operations = [
        migrations.RunSQL(AGE, migrations.RunSQL.noop),
        migrations.RunSQL(AS_IT_CAME, COMPRESSED),
        pgtrigger.migrations.RemoveTrigger(
            model_name='household',
            name='refers',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='household',
            name='refers_anew',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='membership',
            name='refers',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='membership',
            name='refers_anew',
        ),
        migrations.AlterField(
            model_name='household',
            name='consent_given_by',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.person'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='caregiver',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.person'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='household',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='registry.household'),
        ),
        migrations.AlterField(
            model_name='membership',
            name='person',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='registry.person'),
        ),
        migrations.AlterField(
            model_name='submissionmember',
            name='submission',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='registry.submission'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='household',
            trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never removed: others name them', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_stays';", hash='ae5b8a4e5dba457dbc7ab2365e806fd9ad14670c', level='STATEMENT', operation='DELETE OR TRUNCATE OR UPDATE OF "id"', pgid='pgtrigger_stays_2e8a8', table='registry_household', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='household',
            trigger=pgtrigger.compiler.Trigger(name='refers', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF EXISTS (SELECT FROM (SELECT DISTINCT area_id AS id FROM entered) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM core_area p WHERE p.id = told.id)) THEN RAISE EXCEPTION 'A row of % names a row of core_area that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_area_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT DISTINCT district_id AS id FROM entered) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM core_area p WHERE p.id = told.id)) THEN RAISE EXCEPTION 'A row of % names a row of core_area that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_district_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT DISTINCT questionnaire_id AS id FROM entered) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM registry_questionnaireversion p WHERE p.id = told.id AND p.status <> 'draft')) THEN RAISE EXCEPTION 'A row of % names a row of registry_questionnaireversion that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_questionnaire_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT DISTINCT privacy_notice_id AS id FROM entered) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM registry_privacynotice p WHERE p.id = told.id AND p.status = 'published')) THEN RAISE EXCEPTION 'A row of % names a row of registry_privacynotice that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_privacy_notice_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT DISTINCT consent_given_by_id AS id FROM entered) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_consent_given_by_id_refers'; END IF; RETURN NULL;", hash='d2830c330be77592305affc91aadbe31e5749d67', level='STATEMENT', operation='INSERT', pgid='pgtrigger_refers_04a2e', referencing='REFERENCING NEW TABLE AS entered ', table='registry_household', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='household',
            trigger=pgtrigger.compiler.Trigger(name='refers_anew', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.area_id IS DISTINCT FROM NEW.area_id OR OLD.district_id IS DISTINCT FROM NEW.district_id OR OLD.questionnaire_id IS DISTINCT FROM NEW.questionnaire_id OR OLD.privacy_notice_id IS DISTINCT FROM NEW.privacy_notice_id OR OLD.consent_given_by_id IS DISTINCT FROM NEW.consent_given_by_id)', func="IF EXISTS (SELECT FROM (SELECT NEW.area_id AS id) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM core_area p WHERE p.id = told.id)) THEN RAISE EXCEPTION 'A row of % names a row of core_area that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_area_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT NEW.district_id AS id) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM core_area p WHERE p.id = told.id)) THEN RAISE EXCEPTION 'A row of % names a row of core_area that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_district_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT NEW.questionnaire_id AS id) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM registry_questionnaireversion p WHERE p.id = told.id AND p.status <> 'draft')) THEN RAISE EXCEPTION 'A row of % names a row of registry_questionnaireversion that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_questionnaire_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT NEW.privacy_notice_id AS id) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM registry_privacynotice p WHERE p.id = told.id AND p.status = 'published')) THEN RAISE EXCEPTION 'A row of % names a row of registry_privacynotice that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_privacy_notice_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT NEW.consent_given_by_id AS id) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_consent_given_by_id_refers'; END IF; RETURN NULL;", hash='fdf0c10c2c256af55323096cd7c1f693cbc32255', operation='UPDATE OF "area_id", "district_id", "questionnaire_id", "privacy_notice_id", "consent_given_by_id"', pgid='pgtrigger_refers_anew_c8f93', table='registry_household', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='refers', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF EXISTS (SELECT FROM (SELECT DISTINCT district_id AS id FROM entered) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM core_area p WHERE p.id = told.id)) THEN RAISE EXCEPTION 'A row of % names a row of core_area that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_district_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT DISTINCT person_id AS id FROM entered) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_person_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT DISTINCT household_id AS id FROM entered) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_household p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_household that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_household_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT DISTINCT caregiver_id AS id FROM entered) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_caregiver_id_refers'; END IF; RETURN NULL;", hash='b98cc2f228b93311f296ff8f2eb898a9a2b77b44', level='STATEMENT', operation='INSERT', pgid='pgtrigger_refers_1ae1a', referencing='REFERENCING NEW TABLE AS entered ', table='registry_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='refers_anew', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.district_id IS DISTINCT FROM NEW.district_id OR OLD.person_id IS DISTINCT FROM NEW.person_id OR OLD.household_id IS DISTINCT FROM NEW.household_id OR OLD.caregiver_id IS DISTINCT FROM NEW.caregiver_id)', func="IF EXISTS (SELECT FROM (SELECT NEW.district_id AS id) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM core_area p WHERE p.id = told.id)) THEN RAISE EXCEPTION 'A row of % names a row of core_area that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_district_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT NEW.person_id AS id) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_person_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT NEW.household_id AS id) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_household p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_household that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_household_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT NEW.caregiver_id AS id) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_caregiver_id_refers'; END IF; RETURN NULL;", hash='689c099223de0a7ed7467679fac856fec298658c', operation='UPDATE OF "district_id", "person_id", "household_id", "caregiver_id"', pgid='pgtrigger_refers_anew_8de1f', table='registry_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='person',
            trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never removed: others name them', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_stays';", hash='d2c250a7119c99838dfff2b2e59650a55ffe734c', level='STATEMENT', operation='DELETE OR TRUNCATE OR UPDATE OF "id"', pgid='pgtrigger_stays_2b545', table='registry_person', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'Rows of % are never removed: others name them', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_stays';", hash='03957b00583d93f314f4517f85b7597635906102', level='STATEMENT', operation='DELETE OR TRUNCATE OR UPDATE OF "id"', pgid='pgtrigger_stays_981ef', table='registry_submission', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submissionmember',
            trigger=pgtrigger.compiler.Trigger(name='refers', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF EXISTS (SELECT FROM (SELECT DISTINCT submission_id AS id FROM entered) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_submission p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_submission that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_submission_id_refers'; END IF; RETURN NULL;", hash='8c595529ae965faad4a36286a452908e82d83d75', level='STATEMENT', operation='INSERT', pgid='pgtrigger_refers_eb9bc', referencing='REFERENCING NEW TABLE AS entered ', table='registry_submissionmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submissionmember',
            trigger=pgtrigger.compiler.Trigger(name='refers_anew', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.submission_id IS DISTINCT FROM NEW.submission_id)', func="IF EXISTS (SELECT FROM (SELECT NEW.submission_id AS id) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_submission p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_submission that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_submission_id_refers'; END IF; RETURN NULL;", hash='9812d2961d5c25ab437d2fab547fd1c60a1fa29c', operation='UPDATE OF "submission_id"', pgid='pgtrigger_refers_anew_dc662', table='registry_submissionmember', when='AFTER')),
        ),
    ]
