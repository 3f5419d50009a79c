"""Ages from partly known dates, and interim numbers: functions that set-based work uses."""

from django.db import migrations

COUNTING_DATE = """
CREATE FUNCTION registry_counting_date(born date, known_to text, on_day date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- The day that ages are counted from; registry.intake.ages says the same in Python.
    SELECT least(on_day, CASE
        WHEN known_to = 'year' OR (known_to = 'estimated' AND extract(doy FROM born) = 1)
            THEN make_date(extract(year FROM born)::int, 7, 1)
        WHEN known_to = 'month' OR (known_to = 'estimated' AND extract(day FROM born) = 1)
            THEN make_date(extract(year FROM born)::int, extract(month FROM born)::int, 15)
        ELSE born END)
$$;
"""

AGE = """
CREATE FUNCTION registry_age(born date, known_to text, on_day date) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- Completed years; null where the date or the day is.
    SELECT CASE WHEN born IS NOT NULL AND on_day IS NOT NULL
        THEN extract(year FROM age(on_day, registry_counting_date(born, known_to, on_day)))::int END
$$;
"""

INTERIM = """
CREATE SEQUENCE registry_interim_number;
CREATE FUNCTION registry_interim(prefix text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
-- A number for somebody without a national ID in force: prefix, serial, ISO 7064 MOD 37,36 check character
DECLARE
    body text := prefix || lpad(nextval('registry_interim_number')::text, 9, '0');
BEGIN
    RETURN body || core_check_character(body);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_intake_keys"), ("core", "0002_functions")]

    operations = [
        migrations.RunSQL(COUNTING_DATE, "DROP FUNCTION registry_counting_date(date, text, date)"),
        migrations.RunSQL(AGE, "DROP FUNCTION registry_age(date, text, date)"),
        migrations.RunSQL(
            INTERIM, "DROP FUNCTION registry_interim(text); DROP SEQUENCE registry_interim_number"
        ),
    ]
