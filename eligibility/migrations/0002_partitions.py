"""Partitions of assessments: opened bare, sealed and attached by definer functions; the application never owns them."""

from django.db import migrations

from core.partitions import RevokeFromApplication

OPEN = """
CREATE FUNCTION eligibility_open_run(run bigint) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Makes the bare table that a run's assessments are loaded into; one left by a killed worker is thrown away.
DECLARE
    child constant text := 'eligibility_assessment_run_' || run;
BEGIN
    PERFORM 1 FROM eligibility_assessmentrun WHERE id = run AND status = 'queued' FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'Run % is not being computed', run USING ERRCODE = 'check_violation'; END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I', child);
    EXECUTE format('CREATE TABLE %I (LIKE eligibility_assessment INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child);
    RETURN child;
END $$;
"""

SEAL = """
CREATE FUNCTION eligibility_seal_run(run bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Takes the loaded table from its loader, gives it key, indexes and validated constraints. Returns its rows.
DECLARE
    child constant text := 'eligibility_assessment_run_' || run;
    part record;
    rows bigint;
BEGIN
    PERFORM 1 FROM eligibility_assessmentrun WHERE id = run AND status = 'queued' FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'Run % is not being computed', run USING ERRCODE = 'check_violation'; END IF;
    FOR part IN
        SELECT DISTINCT r.rolname FROM pg_class c CROSS JOIN aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.oid = to_regclass(quote_ident(child)) AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %I FROM %I', child, part.rolname);
    END LOOP;
    EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id, run_id)', child);
    EXECUTE format('CREATE INDEX ON %I (household_id)', child);
    EXECUTE format('CREATE INDEX ON %I (district_id, outcome, id)', child);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT eligibility_assessment_of_run CHECK (run_id = %s) NOT VALID', child, run);
    EXECUTE format('ALTER TABLE %I VALIDATE CONSTRAINT eligibility_assessment_of_run', child);
    FOR part IN
        SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE conrelid = 'eligibility_assessment'::regclass AND contype = 'f' ORDER BY conname
    LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s NOT VALID', child, part.conname, part.definition);
        EXECUTE format('ALTER TABLE %I VALIDATE CONSTRAINT %I', child, part.conname);
    END LOOP;
    EXECUTE format('ANALYZE %I', child);
    EXECUTE format('SELECT count(*) FROM %I', child) INTO rows;
    RETURN rows;
END $$;
"""

ATTACH = """
CREATE FUNCTION eligibility_attach_run(run bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Attaches a sealed table; its checked constraint on the run spares the scan.
DECLARE
    child constant text := 'eligibility_assessment_run_' || run;
BEGIN
    PERFORM 1 FROM eligibility_assessmentrun WHERE id = run AND status = 'queued' FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'Run % is not being computed', run USING ERRCODE = 'check_violation'; END IF;
    PERFORM 1 FROM pg_constraint WHERE conrelid = to_regclass(quote_ident(child))
        AND conname = 'eligibility_assessment_of_run' AND convalidated;
    IF NOT FOUND THEN RAISE EXCEPTION 'Run % is not sealed', run USING ERRCODE = 'check_violation'; END IF;
    EXECUTE format('ALTER TABLE eligibility_assessment ATTACH PARTITION %I FOR VALUES IN (%s)', child, run);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT eligibility_assessment_of_run', child);
END $$;
"""

DROP = """
CREATE FUNCTION eligibility_drop_unsealed_run(run bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Throws away what a failed run left behind; an attached table stays.
DECLARE
    child constant text := 'eligibility_assessment_run_' || run;
BEGIN
    PERFORM 1 FROM eligibility_assessmentrun WHERE id = run AND status IN ('queued', 'failed') FOR UPDATE;
    IF FOUND THEN EXECUTE format('DROP TABLE IF EXISTS %I', child); END IF;
END $$;
"""

ASSESSMENT_EXISTS = """
ALTER TABLE eligibility_enrolment ADD CONSTRAINT eligibility_enrolment_assessment_exists
    FOREIGN KEY (assessment_no, run_id) REFERENCES eligibility_assessment (id, run_id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("eligibility", "0001_tables")]

    operations = [
        migrations.RunSQL(OPEN, "DROP FUNCTION eligibility_open_run(bigint)"),
        migrations.RunSQL(SEAL, "DROP FUNCTION eligibility_seal_run(bigint)"),
        migrations.RunSQL(ATTACH, "DROP FUNCTION eligibility_attach_run(bigint)"),
        migrations.RunSQL(DROP, "DROP FUNCTION eligibility_drop_unsealed_run(bigint)"),
        migrations.RunSQL(
            ASSESSMENT_EXISTS,
            "ALTER TABLE eligibility_enrolment DROP CONSTRAINT eligibility_enrolment_assessment_exists",
        ),
        RevokeFromApplication("eligibility_assessment", rights="INSERT, UPDATE, DELETE, TRUNCATE"),
        RevokeFromApplication("eligibility_enrolmenthistory", "eligibility_programmehistory"),
    ]
