"""A register of any size, grown inside the database from a small one that came in through the import.

The households, ages, places and shares of those without a number are those of the imported sample, told again and
again; names are drawn anew from its names, as often as they occur there, so that common names are as common and the
combinations as many as in a register of that size. Keys, numbers and references are each person's own. What is not
grown: submissions and history.
"""

from __future__ import annotations

import sys
import time

import psycopg
from django.conf import settings

from benchmarks import imports
from benchmarks.database import owner
from benchmarks.measuring import Figure, Server
from registry.intake import keys, names
from reporting.demo import people

SMALL = 2000

_SEVEN_DIGITS = "lpad(((b.id * 7919 + n * 104729) %% 10000000)::text, 7, '0')"
# Columns that a told-again row does not share with its model; ``n`` counts the tellings.
_HOUSEHOLD = {
    "id": "b.id + n * %(households)s",
    "phone": "CASE WHEN b.phone = '' THEN '' ELSE '5' || " + _SEVEN_DIGITS + " END",
    "legacy_number": "''",
    "consent_given_by_id": "NULL",
}
_PERSON = {
    "id": "b.id + n * %(persons)s",
    "given_names": "given.name",
    "surname": "surname.name",
    "national_id": "CASE WHEN b.national_id IS NOT NULL THEN '8' || lpad((b.id + n * %(persons)s)::text, 12, '0') END",
    "interim_number": "CASE WHEN b.national_id IS NULL THEN 'TMPB' || (b.id + n * %(persons)s) END",
    "birth_date": "b.birth_date - CASE WHEN b.birth_date_precision = 'day' THEN n %% 300 ELSE 0 END",
}
_MEMBERSHIP = {
    "id": "nextval('registry_membership_id_seq')",
    "person_id": "b.person_id + n * %(persons)s",
    "household_id": "b.household_id + n * %(households)s",
    "caregiver_id": "b.caregiver_id + n * %(persons)s",
}
_ACCOUNT = {
    "id": "nextval('registry_paymentaccount_id_seq')",
    "household_id": "b.household_id + n * %(households)s",
    "holder_id": "NULL",
    "number": "CASE WHEN b.number = '' THEN '' ELSE '6' || " + _SEVEN_DIGITS + " END",
}
_BY_DEFAULT = {"uuid", "reference", "changed_xid"}
_DRAWN = """
JOIN bench_given given ON given.number = 1 + (b.id * 7907 + n * 6091) %% %(givens)s AND given.sex = b.sex
JOIN bench_surname surname ON surname.number = 1 + (b.id * 4099 + n * 8123) %% %(surnames)s
"""
_KEYS = """
INSERT INTO registry_namekey (key, district_id, born, person_id)
SELECT k.key, p.district_id, extract(year FROM p.birth_date), p.id
    FROM registry_person p JOIN bench_part k ON k.name = p.given_names
    WHERE p.id > %(last)s
UNION SELECT k.key, p.district_id, extract(year FROM p.birth_date), p.id
    FROM registry_person p JOIN bench_part k ON k.name = p.surname
    WHERE p.id > %(last)s
UNION SELECT -1 - (('x' || encode(substr(sha256(convert_to(
        (SELECT string_agg(t, ' ' ORDER BY t) FROM unnest(g.tokens || s.tokens) t) || '|' || p.birth_date, 'UTF8')),
        1, 8), 'hex'))::bit(64)::bigint & 9223372036854775807), p.district_id, extract(year FROM p.birth_date), p.id
    FROM registry_person p JOIN bench_name g ON g.name = p.given_names JOIN bench_name s ON s.name = p.surname
    WHERE p.id > %(last)s AND p.birth_date_precision = 'day'
ORDER BY 1, 2, 3, 4
"""


def fill(*, households: int, server: Server) -> list[Figure]:
    """A small register through the import, then grown; the benchmarks of a crowd stand on it."""
    imports.bring_in(imports.sample(households=min(households, SMALL), seed=41), server)
    settings.VAR_DIR.mkdir(exist_ok=True)
    people.appoint(at=imports.AT, keep=settings.VAR_DIR / "bench" / "sign-ins.json")
    began = time.monotonic()
    persons = grow(households=households)
    sys.stdout.write(f"A register of {persons:,} persons, grown in {time.monotonic() - began:.0f} s.\n")
    return []


def grow(*, households: int) -> int:
    """Tell the register's households again until there are so many; returns how many persons there are then."""
    with owner() as bare:
        bare.execute("SELECT set_config('core.actor_kind', 'system', false)")
        here, persons = (
            bare.execute(f"SELECT max(id) FROM registry_{table}").fetchone()[0] for table in ("household", "person")
        )
        times = max(0, households // bare.execute("SELECT count(*) FROM registry_household").fetchone()[0] - 1)
        values = {"households": here, "persons": persons, "last": persons, "times": times, **_names(bare)}
        _tell(bare, "registry_person", _PERSON, values, _DRAWN)
        _tell(bare, "registry_household", _HOUSEHOLD, values)
        _tell(bare, "registry_membership", _MEMBERSHIP, values, where="b.until_on IS NULL")
        _tell(bare, "registry_paymentaccount", _ACCOUNT, values, where="b.until_on IS NULL")
        bare.execute(_KEYS, values)
        for table in ("given", "surname", "part", "name"):
            bare.execute(f"DROP TABLE bench_{table}")
        for table in ("household", "person"):
            bare.execute(f"SELECT setval('registry_{table}_id_seq', (SELECT max(id) FROM registry_{table}))")
        bare.execute("VACUUM (ANALYZE)")
        return int(bare.execute("SELECT count(*) FROM registry_person").fetchone()[0])


def _tell(
    bare: psycopg.Connection,
    table: str,
    own: dict[str, str],
    values: dict[str, int],
    drawn: str = "",
    where: str = "true",
) -> None:
    found = bare.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position", [table]
    )
    columns = [name for (name,) in found if name not in _BY_DEFAULT]
    chosen = ", ".join(own.get(name, f"b.{name}") for name in columns)
    bare.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM (SELECT * FROM {table} b WHERE {where}) b"
        f" CROSS JOIN generate_series(1, %(times)s) n {drawn} ORDER BY n, b.id",
        values,
    )


def _names(bare: psycopg.Connection) -> dict[str, int]:
    """The names as often as they occur, each with a number to be drawn by; and their parts with keys, once each."""
    bare.execute(
        "CREATE TABLE bench_surname AS SELECT row_number() OVER (ORDER BY id) AS number, surname AS name"
        " FROM registry_person"
    )
    women, men = (
        bare.execute("SELECT count(*) FROM registry_person WHERE sex = %s", [sex]).fetchone()[0] for sex in "FM"
    )
    bare.execute(
        "CREATE TABLE bench_given AS SELECT sex, row_number() OVER (PARTITION BY sex ORDER BY id) AS number,"
        " given_names AS name FROM registry_person"
    )
    bare.execute("CREATE TABLE bench_part (name text, key bigint)")
    bare.execute("CREATE TABLE bench_name (name text, tokens text[])")
    told = bare.execute("SELECT given_names FROM registry_person UNION SELECT surname FROM registry_person").fetchall()
    with bare.cursor() as cursor:
        with cursor.copy("COPY bench_part FROM STDIN") as copy:
            for (name,) in told:
                for key in keys.of_names((name,)):
                    copy.write_row((name, key))
        with cursor.copy("COPY bench_name FROM STDIN") as copy:
            for (name,) in told:
                copy.write_row((name, list(names.tokens(name))))
    bare.execute("ANALYZE bench_part, bench_name, bench_given, bench_surname")
    return {"givens": min(women, men), "surnames": women + men}
