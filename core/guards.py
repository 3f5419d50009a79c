"""What makes the guards final once every table and trigger is there: rights and search paths. Called after migrations.

PostgreSQL gives a new partition the default rights, not its parent's, and fires no statement-level trigger of the
parent when the partition is named itself. And a trigger's function looks for tables where its caller tells it to, in
the caller's temporary tables first.
"""

from django.db import connections
from django.db.backends.utils import CursorWrapper

_NO_SWITCH = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE AS 'SELECT false'
"""

# Partitions are reached through their parent alone; what is kept by month is only ever added to, and history only by
# its triggers.
_RIGHTS = """
DO $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT DISTINCT c.oid::regclass AS name, r.rolname, c.relispartition, c.relname LIKE '%history' AS history
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
        AND (c.relkind = 'r' AND c.relispartition
             OR EXISTS (SELECT FROM pg_partitioned_table p WHERE p.partrelid = c.oid AND p.partstrat = 'r'))
    LOOP
        IF part.relispartition THEN
            EXECUTE format('REVOKE ALL ON %s FROM %I', part.name, part.rolname);
        ELSE
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %I', part.name, part.rolname);
            IF part.history THEN EXECUTE format('REVOKE INSERT ON %s FROM %I', part.name, part.rolname); END IF;
        END IF;
    END LOOP;
END $$
"""

# Functions that read or write tables find the real ones. History is written with the owner's rights; nobody else may
# put a trigger's function on a table of their own.
_FUNCTIONS = """
DO $$
DECLARE
    part record;
BEGIN
    FOR part IN
        SELECT f.oid::regprocedure AS name, f.prosrc LIKE '%INSERT INTO "%history"%' AS history,
            regexp_replace(f.prosrc, 'IS (NOT )?DISTINCT FROM', '', 'gi') ~* '\\y(FROM|INTO|JOIN|UPDATE)\\y' AS reads
        FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace AND f.prorettype = 'trigger'::regtype
        AND pg_has_role(f.proowner, 'MEMBER')
    LOOP
        IF part.reads THEN EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', part.name); END IF;
        IF part.history THEN EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', part.name); END IF;
    END LOOP;
    FOR part IN
        SELECT DISTINCT f.oid::regprocedure AS name,
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee
        FROM pg_proc f CROSS JOIN aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
        WHERE f.pronamespace = 'public'::regnamespace AND f.prorettype = 'trigger'::regtype
        AND pg_has_role(f.proowner, 'MEMBER') AND a.grantee <> f.proowner
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM %s', part.name, part.grantee);
    END LOOP;
END $$
"""


def make_final(*, using: str) -> None:
    """Settle rights and search paths of whatever tables and triggers there are. Repeats are harmless.

    Runs as the owner. No session variable turns a guard of the trigger library off afterwards.
    """
    with connections[using].cursor() as cursor:
        if _exists(cursor):
            cursor.execute(_NO_SWITCH)
        cursor.execute(_RIGHTS)
        cursor.execute(_FUNCTIONS)


def _exists(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT to_regprocedure('public._pgtrigger_should_ignore(name)') IS NOT NULL")
    return bool(cursor.fetchone()[0])
