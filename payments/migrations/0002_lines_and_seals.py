"""Lines of payrolls: partitions made by definer functions, foreign keys, and the seal over the lines."""

from django.db import migrations

from core.partitions import RevokeFromApplication

# Not deferrable, so that no event of theirs is pending when a partition is attached in the same transaction.
FOREIGN_KEYS = {
    "cycle_id": "payments_paymentcycle",
    "payroll_id": "payments_payroll",
    "entitlement_id": "payments_entitlement",
    "enrolment_id": "eligibility_enrolment",
    "household_id": "registry_household",
    "person_id": "registry_person",
    "recipient_person_id": "registry_person",
    "recipient_nominee_id": "registry_nominee",
    "provider_id": "payments_provider",
    "pay_point_id": "payments_paypoint",
    "district_id": "core_area",
    "area_id": "core_area",
}

OPEN = """
CREATE FUNCTION payments_open_lines(payroll bigint) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Answers the table that a draft payroll's lines are written to: a bare one for the first payroll of a cycle, to be
-- sealed and attached; the attached one for the others. A table left by a killed worker is thrown away.
DECLARE
    cycle bigint;
    child text;
BEGIN
    SELECT cycle_id INTO cycle FROM payments_payroll WHERE id = payroll AND status = 'draft' FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'Payroll % is not a draft', payroll USING ERRCODE = 'check_violation'; END IF;
    child := 'payments_instruction_cycle_' || cycle;
    IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(quote_ident(child))) THEN
        RETURN 'payments_instruction';
    END IF;
    EXECUTE format('DROP TABLE IF EXISTS %I', child);
    EXECUTE format('CREATE TABLE %I (LIKE payments_instruction INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child);
    RETURN child;
END $$;
"""

SEAL = """
CREATE FUNCTION payments_seal_lines(payroll bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Takes the loaded table from its loader and gives it keys, indexes and constraints not yet validated.
DECLARE
    cycle bigint;
    child text;
    part record;
    strangers boolean;
BEGIN
    SELECT cycle_id INTO cycle FROM payments_payroll WHERE id = payroll AND status = 'draft' FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'Payroll % is not a draft', payroll USING ERRCODE = 'check_violation'; END IF;
    child := 'payments_instruction_cycle_' || cycle;
    IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(quote_ident(child))) THEN RETURN; END IF;
    FOR part IN
        SELECT DISTINCT r.rolname FROM pg_class c CROSS JOIN aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.oid = to_regclass(quote_ident(child)) AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE ALL ON %I FROM %I', child, part.rolname);
    END LOOP;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE payroll_id <> %s OR status <> ''pending'')', child, payroll)
        INTO strangers;
    IF strangers THEN
        RAISE EXCEPTION 'Lines of another payroll, or not pending, in %', child USING ERRCODE = 'check_violation';
    END IF;
    FOR part IN
        SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE conrelid = 'payments_instruction'::regclass AND contype IN ('p', 'u') ORDER BY conname
    LOOP
        EXECUTE format('ALTER TABLE %I ADD %s', child, part.definition);
    END LOOP;
    FOR part IN
        SELECT pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
        WHERE i.indrelid = 'payments_instruction'::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid)
    LOOP
        EXECUTE regexp_replace(part.definition, '^CREATE INDEX \\S+ ON (ONLY )?\\S+', 'CREATE INDEX ON ' || quote_ident(child));
    END LOOP;
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT payments_instruction_of_cycle CHECK (cycle_id = %s) NOT VALID', child, cycle);
    FOR part IN
        SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE conrelid = 'payments_instruction'::regclass AND contype = 'f' ORDER BY conname
    LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s NOT VALID', child, part.conname, part.definition);
    END LOOP;
END $$;
"""

VALIDATE = """
CREATE FUNCTION payments_validate_lines(payroll bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Validates what the sealed table's constraints promise; the referenced tables can be written meanwhile.
DECLARE
    cycle bigint;
    child text;
    part record;
BEGIN
    SELECT cycle_id INTO cycle FROM payments_payroll WHERE id = payroll AND status = 'draft' FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'Payroll % is not a draft', payroll USING ERRCODE = 'check_violation'; END IF;
    child := 'payments_instruction_cycle_' || cycle;
    FOR part IN
        SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(quote_ident(child)) AND NOT convalidated
        ORDER BY conname
    LOOP
        EXECUTE format('ALTER TABLE %I VALIDATE CONSTRAINT %I', child, part.conname);
    END LOOP;
    EXECUTE format('ANALYZE %I', child);
END $$;
"""

ATTACH = """
CREATE FUNCTION payments_attach_lines(payroll bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Attaches a validated table; its checked constraint on the cycle spares the scan. Does nothing when it is attached.
DECLARE
    cycle bigint;
    child text;
BEGIN
    SELECT cycle_id INTO cycle FROM payments_payroll WHERE id = payroll AND status = 'draft' FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'Payroll % is not a draft', payroll USING ERRCODE = 'check_violation'; END IF;
    child := 'payments_instruction_cycle_' || cycle;
    IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass(quote_ident(child))) THEN RETURN; END IF;
    PERFORM FROM pg_constraint WHERE conrelid = to_regclass(quote_ident(child))
        AND conname = 'payments_instruction_of_cycle' AND convalidated;
    IF NOT FOUND OR EXISTS (
        SELECT FROM pg_constraint WHERE conrelid = to_regclass(quote_ident(child)) AND NOT convalidated
    ) THEN RAISE EXCEPTION 'The lines of payroll % are not validated', payroll USING ERRCODE = 'check_violation'; END IF;
    EXECUTE format('ALTER TABLE payments_instruction ATTACH PARTITION %I FOR VALUES IN (%s)', child, cycle);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT payments_instruction_of_cycle', child);
END $$;
"""

DIGEST = """
CREATE FUNCTION payments_digest(cycle bigint, payroll bigint) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
    -- SHA-256 over the SHA-256 of every line, in the order of their numbers: what each line says, never its status.
    SELECT sha256(coalesce(string_agg(sha256(convert_to(json_build_array(id, cycle_id, payroll_id, entitlement_id, enrolment_id, period_from, reference, household_id, person_id, beneficiary_name, recipient_kind, recipient_person_id, recipient_nominee_id, recipient_name, recipient_mark, account_kind, provider_id, account_number, account_holder, pay_point_id, district_id, area_id, amount_minor, currency)::text, 'UTF8')), ''::bytea
        ORDER BY id), ''::bytea)) FROM payments_instruction WHERE cycle_id = cycle AND payroll_id = payroll
$$;
"""

LIVE_LINE = """
ALTER TABLE payments_entitlement ADD CONSTRAINT payments_entitlement_live_instruction_exists
    FOREIGN KEY (live_instruction_id, live_cycle_id) REFERENCES payments_instruction (id, cycle_id);
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_tables")]

    operations = [
        *(
            migrations.RunSQL(
                f"ALTER TABLE payments_instruction ADD CONSTRAINT payments_instruction_{column}_exists "
                f"FOREIGN KEY ({column}) REFERENCES {table} (id)",
                f"ALTER TABLE payments_instruction DROP CONSTRAINT payments_instruction_{column}_exists",
            )
            for column, table in FOREIGN_KEYS.items()
        ),
        migrations.RunSQL(
            LIVE_LINE, "ALTER TABLE payments_entitlement DROP CONSTRAINT payments_entitlement_live_instruction_exists"
        ),
        migrations.RunSQL(OPEN, "DROP FUNCTION payments_open_lines(bigint)"),
        migrations.RunSQL(SEAL, "DROP FUNCTION payments_seal_lines(bigint)"),
        migrations.RunSQL(VALIDATE, "DROP FUNCTION payments_validate_lines(bigint)"),
        migrations.RunSQL(ATTACH, "DROP FUNCTION payments_attach_lines(bigint)"),
        migrations.RunSQL(DIGEST, "DROP FUNCTION payments_digest(bigint, bigint)"),
        RevokeFromApplication(
            "payments_transfer",
            "payments_ledgeraccount",
            "payments_budgetrelease",
            "payments_providerfile",
            "payments_returnline",
        ),
        RevokeFromApplication("payments_payroll", "payments_returnfile", rights="DELETE, TRUNCATE"),
    ]
