"""Functions that every package's tables and set-based work use, and the append-only tables' rights."""

from django.db import migrations

from core.partitions import RevokeFromApplication

UUID7 = """
CREATE FUNCTION core_uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    -- RFC 9562 version 7: 48 bits of milliseconds before the random bits of a version 4
    SELECT encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid
$$;
"""

CHECK_CHARACTER = """
CREATE FUNCTION core_check_character(payload text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
-- ISO 7064 MOD 37,36 over 0-9A-Z
DECLARE
    alphabet constant text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    sum int := 36;
BEGIN
    FOR i IN 1..length(payload) LOOP
        sum := sum + strpos(alphabet, substr(payload, i, 1)) - 1;
        IF sum > 36 THEN sum := sum - 36; END IF;
        sum := sum * 2;
        IF sum >= 37 THEN sum := sum - 37; END IF;
    END LOOP;
    RETURN substr(alphabet, (37 - sum) % 36 + 1, 1);
END $$;
"""

REFERENCE = """
CREATE FUNCTION core_reference(prefix text) RETURNS text LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$
-- The same shape as core.references: ten characters of 31, from the bytes of random UUIDs (rejection keeps them even)
DECLARE
    alphabet constant text := '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
    body text := '';
    bytes bytea;
    value int;
BEGIN
    WHILE length(body) < 10 LOOP
        bytes := uuid_send(gen_random_uuid());
        FOR i IN 0..15 LOOP
            CONTINUE WHEN i IN (6, 8);
            value := get_byte(bytes, i);
            IF value < 248 AND length(body) < 10 THEN
                body := body || substr(alphabet, value % 31 + 1, 1);
            END IF;
        END LOOP;
    END LOOP;
    RETURN prefix || '-' || body || '-' || core_check_character(prefix || body);
END $$;
"""

OPEN_MONTHS = """
CREATE FUNCTION core_open_months(ahead int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Opens this month's and the next months' partitions of every table partitioned by range; returns how many were new.
DECLARE
    parent record;
    month date;
    child text;
    opened int := 0;
BEGIN
    IF ahead NOT BETWEEN 0 AND 24 THEN RAISE EXCEPTION 'ahead must be 0 to 24 months'; END IF;
    PERFORM pg_advisory_xact_lock(7013);
    FOR parent IN
        SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE p.partstrat = 'r' AND n.nspname = 'public' ORDER BY c.relname
    LOOP
        FOR i IN 0..ahead LOOP
            month := (date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => i))::date;
            child := parent.relname || '_' || to_char(month, 'YYYY_MM');
            IF to_regclass(quote_ident(child)) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent.relname,
                    month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
                opened := opened + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN opened;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_tables")]

    operations = [
        migrations.RunSQL(UUID7, "DROP FUNCTION core_uuid7()"),
        migrations.RunSQL(CHECK_CHARACTER, "DROP FUNCTION core_check_character(text)"),
        migrations.RunSQL(REFERENCE, "DROP FUNCTION core_reference(text)"),
        migrations.RunSQL(OPEN_MONTHS, "DROP FUNCTION core_open_months(int)"),
        RevokeFromApplication(
            "core_audit", "core_read_log", "core_audit_seal", "core_appointmenthistory", rights="UPDATE, DELETE, TRUNCATE"
        ),
    ]
