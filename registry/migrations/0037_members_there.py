"""Persons named by members, names, numbers and accounts are looked up once a statement, as memberships do since 0029."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0018_moves_by_condition'),
        ('registry', '0036_payload_as_text'),
    ]

    operations = [
        migrations.AlterField(
            model_name='paymentaccount',
            name='district',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.area'),
        ),
        migrations.AlterField(
            model_name='paymentaccount',
            name='holder',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.person'),
        ),
        migrations.AlterField(
            model_name='paymentaccount',
            name='household',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='registry.household'),
        ),
        migrations.AlterField(
            model_name='personidentifier',
            name='person',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='identifiers', to='registry.person'),
        ),
        migrations.AlterField(
            model_name='personname',
            name='person',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='names', to='registry.person'),
        ),
        migrations.AlterField(
            model_name='submissionmember',
            name='person',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.person'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentaccount',
            trigger=pgtrigger.compiler.Trigger(name='refers', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE named bigint[]; there bigint; many boolean;', func="many := (SELECT count(*) FROM entered) > 100; IF EXISTS (SELECT FROM (SELECT DISTINCT district_id AS id FROM entered) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM core_area p WHERE p.id = told.id)) THEN RAISE EXCEPTION 'A row of % names a row of core_area that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_district_id_refers'; END IF; IF many THEN named := ARRAY(SELECT DISTINCT household_id FROM entered WHERE household_id IS NOT NULL); EXECUTE 'SELECT count(*) FROM registry_household WHERE id = ANY($1)' INTO there USING named; IF there <> cardinality(named) THEN RAISE EXCEPTION 'A row of % names a row of registry_household that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_household_id_refers'; END IF; ELSE IF EXISTS (SELECT FROM (SELECT DISTINCT household_id AS id FROM entered) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_household p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_household that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_household_id_refers'; END IF; END IF; IF many THEN named := ARRAY(SELECT DISTINCT holder_id FROM entered WHERE holder_id IS NOT NULL); EXECUTE 'SELECT count(*) FROM registry_person WHERE id = ANY($1)' INTO there USING named; IF there <> cardinality(named) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_holder_id_refers'; END IF; ELSE IF EXISTS (SELECT FROM (SELECT DISTINCT holder_id AS id FROM entered) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_holder_id_refers'; END IF; END IF; RETURN NULL;", hash='7902fcdc1f34120c164cd4ab62b1d67ae63d7b89', level='STATEMENT', operation='INSERT', pgid='pgtrigger_refers_f7b0e', referencing='REFERENCING NEW TABLE AS entered ', table='registry_paymentaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentaccount',
            trigger=pgtrigger.compiler.Trigger(name='refers_anew', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.district_id IS DISTINCT FROM NEW.district_id OR OLD.household_id IS DISTINCT FROM NEW.household_id OR OLD.holder_id IS DISTINCT FROM NEW.holder_id)', func="IF EXISTS (SELECT FROM (SELECT NEW.district_id AS id) told WHERE told.id IS NOT NULL AND NOT EXISTS (SELECT FROM core_area p WHERE p.id = told.id)) THEN RAISE EXCEPTION 'A row of % names a row of core_area that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_district_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT NEW.household_id AS id) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_household p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_household that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_household_id_refers'; END IF; IF EXISTS (SELECT FROM (SELECT NEW.holder_id AS id) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_holder_id_refers'; END IF; RETURN NULL;", hash='fcbed794d00bad3bd01d87cbc87538d910e347c3', operation='UPDATE OF "district_id", "household_id", "holder_id"', pgid='pgtrigger_refers_anew_ed7b6', table='registry_paymentaccount', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personidentifier',
            trigger=pgtrigger.compiler.Trigger(name='refers', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE named bigint[]; there bigint; many boolean;', func="many := (SELECT count(*) FROM entered) > 100; IF many THEN named := ARRAY(SELECT DISTINCT person_id FROM entered WHERE person_id IS NOT NULL); EXECUTE 'SELECT count(*) FROM registry_person WHERE id = ANY($1)' INTO there USING named; IF there <> cardinality(named) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_person_id_refers'; END IF; ELSE IF EXISTS (SELECT FROM (SELECT DISTINCT person_id AS id FROM entered) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_person_id_refers'; END IF; END IF; RETURN NULL;", hash='e7880791c2644edd5a6e36751d4a9a1cabad60c9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_refers_974c1', referencing='REFERENCING NEW TABLE AS entered ', table='registry_personidentifier', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personidentifier',
            trigger=pgtrigger.compiler.Trigger(name='refers_anew', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.person_id IS DISTINCT FROM NEW.person_id)', func="IF EXISTS (SELECT FROM (SELECT NEW.person_id AS id) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_person_id_refers'; END IF; RETURN NULL;", hash='6d1b5493e8b1498b84a85e3d730f05be7fe92cfa', operation='UPDATE OF "person_id"', pgid='pgtrigger_refers_anew_e3599', table='registry_personidentifier', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personname',
            trigger=pgtrigger.compiler.Trigger(name='refers', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE named bigint[]; there bigint; many boolean;', func="many := (SELECT count(*) FROM entered) > 100; IF many THEN named := ARRAY(SELECT DISTINCT person_id FROM entered WHERE person_id IS NOT NULL); EXECUTE 'SELECT count(*) FROM registry_person WHERE id = ANY($1)' INTO there USING named; IF there <> cardinality(named) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_person_id_refers'; END IF; ELSE IF EXISTS (SELECT FROM (SELECT DISTINCT person_id AS id FROM entered) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_person_id_refers'; END IF; END IF; RETURN NULL;", hash='d93cdaab9eab7f8bff6bc5bd278fc350d6746075', level='STATEMENT', operation='INSERT', pgid='pgtrigger_refers_08f81', referencing='REFERENCING NEW TABLE AS entered ', table='registry_personname', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personname',
            trigger=pgtrigger.compiler.Trigger(name='refers_anew', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.person_id IS DISTINCT FROM NEW.person_id)', func="IF EXISTS (SELECT FROM (SELECT NEW.person_id AS id) told WHERE told.id IS NOT NULL AND (SELECT p.id FROM registry_person p WHERE p.id >= told.id ORDER BY p.id LIMIT 1) IS DISTINCT FROM told.id) THEN RAISE EXCEPTION 'A row of % names a row of registry_person that is not there', TG_TABLE_NAME USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_person_id_refers'; END IF; RETURN NULL;", hash='04b6549f263d6b6d23a23a7b84514226f40dbbf0', operation='UPDATE OF "person_id"', pgid='pgtrigger_refers_anew_77ca2', table='registry_personname', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submission',
            trigger=pgtrigger.compiler.Trigger(name='members_are_there', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE named bigint[]; there bigint;', func="named := ARRAY(SELECT DISTINCT m.person_id FROM moved s CROSS JOIN LATERAL (SELECT person_id FROM registry_submissionmember WHERE submission_id = s.id AND person_id IS NOT NULL OFFSET 0) m WHERE s.status <> 'received'); IF cardinality(named) > 100 THEN EXECUTE 'SELECT count(*) FROM registry_person WHERE id = ANY($1)' INTO there USING named; ELSE there := (SELECT count(p.id) FROM unnest(named) AS n(id) CROSS JOIN LATERAL (SELECT id FROM registry_person WHERE id >= n.id ORDER BY id LIMIT 1) p WHERE p.id = n.id); END IF; IF there <> cardinality(named) THEN RAISE EXCEPTION 'A member of a submission names a person who is not there' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'registry_submissionmember_person_id_refers'; END IF; RETURN NULL;", hash='cc1f9767c1e167002bc0032b1eb4335a4905b354', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_members_are_there_ed0d9', referencing='REFERENCING NEW TABLE AS moved ', table='registry_submission', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='submissionmember',
            trigger=pgtrigger.compiler.Trigger(name='there_when_named_anew', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.person_id IS NOT NULL AND NEW.person_id IS DISTINCT FROM OLD.person_id)', constraint='CONSTRAINT', func="IF (SELECT id FROM registry_person WHERE id >= NEW.person_id ORDER BY id LIMIT 1) IS DISTINCT FROM NEW.person_id THEN RAISE EXCEPTION 'A member of a submission names a person who is not there' USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'registry_submissionmember_person_id_refers'; END IF; RETURN NULL;", hash='6b5e618e7045e476f10d80b15f98245dc392dfb9', operation='UPDATE OF "person_id"', pgid='pgtrigger_there_when_named_anew_0d385', table='registry_submissionmember', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
    ]
