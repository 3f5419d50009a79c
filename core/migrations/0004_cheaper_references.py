"""References and UUIDs at less cost: an import draws two for every person."""

from django.db import migrations

# The check character as one expression: ISO 7064 MOD 37,36 carries one number from character to character.
_STEP = "((({so_far} + get_byte(worth, {digit}) - 1) % 36 + 1) * 2) % 37"
# Ten digits to the base 31, five out of each half.
_DIGITS = [f"({half} / {31**place} % 31)::int" for half in ("one", "two") for place in range(5)]


def _body() -> str:
    return " || ".join(f"substr(alphabet, {digit} + 1, 1)" for digit in _DIGITS)


def _checked() -> str:
    so_far = "total"
    for digit in _DIGITS:
        so_far = _STEP.format(so_far=so_far, digit=digit)
    return so_far


REFERENCE = f"""
CREATE OR REPLACE FUNCTION core_reference(prefix text) RETURNS text LANGUAGE plpgsql VOLATILE PARALLEL SAFE AS $$
-- The same shape as core.references: ten characters of 31 and a check character. Each half of the body comes from 32
-- random bits of a UUID; bits from 150 times 31^5 on are drawn again, so that all characters are equally likely.
DECLARE
    alphabet constant text := '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
    worth constant bytea := '\\x02030405060708090a0b0c0d0e0f101113141617191a1b1c1d1e1f20212223';
    numerals constant text := '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    bits text;
    one bigint;
    two bigint;
    total int := 36;
BEGIN
    LOOP
        bits := gen_random_uuid()::text;
        one := ('x' || left(bits, 8))::bit(32)::bigint;
        two := ('x' || right(bits, 8))::bit(32)::bigint;
        EXIT WHEN one < 4294372650 AND two < 4294372650;
    END LOOP;
    FOR i IN 1..length(prefix) LOOP
        total := (((total + strpos(numerals, substr(prefix, i, 1)) - 2) % 36 + 1) * 2) % 37;
    END LOOP;
    RETURN prefix || '-' || {_body()}
        || '-' || substr(numerals, (37 - {_checked()}) % 36 + 1, 1);
END $$;
"""

# PostgreSQL draws them itself since version 18.
UUID7 = """
DO $do$ BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        CREATE OR REPLACE FUNCTION core_uuid7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
        AS 'SELECT uuidv7()';
    END IF;
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0003_one_country")]

    # Backwards nothing is done: the earlier functions gave the same, only slower.
    operations = [
        migrations.RunSQL(REFERENCE, migrations.RunSQL.noop),
        migrations.RunSQL(UUID7, migrations.RunSQL.noop),
    ]
