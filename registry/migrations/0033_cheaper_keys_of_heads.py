"""The key of a household's head is made of a member's keys as they stand: rising, that of name and date last."""

from django.db import migrations

# ``registry_head_key`` sorts and filters whatever it is given, which keeps it from being put into the statement that
# asks: it was called twice a household. Stable only because writing an array as a text is.
OF_MEMBER = """
CREATE FUNCTION registry_head_key_of_member(area bigint, keys bigint[]) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT ('x' || encode(substr(sha256(convert_to(area::text || ' ' || nullif(array_to_string(
        CASE WHEN keys[array_upper(keys, 1)] < 0 THEN keys[:array_upper(keys, 1) - 1] ELSE keys END, ' '), ''),
        'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0032_moves_by_condition")]

    operations = [
        migrations.RunSQL(OF_MEMBER, "DROP FUNCTION registry_head_key_of_member(bigint, bigint[])"),
    ]
