"""New months are reached through their parent alone. (After every migration ``core.guards`` sees to those there are.)"""

from django.db import migrations

OPEN_MONTHS = """
CREATE OR REPLACE FUNCTION core_open_months(ahead int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
-- Opens this month's and the next months' partitions of every table partitioned by range; returns how many were new.
DECLARE
    parent record;
    month date;
    child text;
    opened int := 0;
    reader record;
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
                -- A partition has the default rights, not its parent's: it is reached through its parent alone.
                FOR reader IN
                    SELECT DISTINCT r.rolname FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
                    JOIN pg_roles r ON r.oid = a.grantee
                    WHERE c.oid = to_regclass(quote_ident(child)) AND a.grantee <> c.relowner
                LOOP
                    EXECUTE format('REVOKE ALL ON %I FROM %I', child, reader.rolname);
                END LOOP;
                opened := opened + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN opened;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0004_cheaper_references")]

    operations = [migrations.RunSQL(OPEN_MONTHS, migrations.RunSQL.noop)]
