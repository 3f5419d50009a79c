"""The floor of a registration over HTTP: a household's rows in one statement, and nothing asked or checked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from psycopg_pool import ConnectionPool

_POOL = ConnectionPool(os.environ["OWNER_DATABASE_URL"], min_size=1, max_size=8, open=True)
_INSERT = """
WITH acts AS MATERIALIZED (SELECT set_config('core.actor_kind', 'system', true)),
place AS (SELECT id, district_id FROM core_area WHERE code = %(area)s),
like_it AS (SELECT * FROM registry_household WHERE id = (SELECT max(id) FROM registry_household WHERE id < 2000)),
home AS (
    INSERT INTO bench_household (area_id, district_id, address, phone, questionnaire_id, answers, interviewed_on,
        registered_at, privacy_notice_id, legal_basis, consent)
    SELECT p.id, p.district_id, %(address)s, %(phone)s, l.questionnaire_id, %(answers)s::jsonb, l.interviewed_on, now(),
        l.privacy_notice_id, l.legal_basis, l.consent FROM place p, like_it l, acts
    RETURNING id, district_id, questionnaire_id
), told AS (
    SELECT row_number() OVER () AS position, nextval('registry_person_id_seq') AS person, t.*
    FROM jsonb_to_recordset(%(members)s::jsonb)
        AS t(given_names text, surname text, sex text, birth date, answers jsonb)
), persons AS (
    INSERT INTO bench_person (id, district_id, given_names, surname, sex, birth_date, birth_date_precision,
        interim_number, questionnaire_id, answers, registered_at)
    SELECT t.person, h.district_id, t.given_names, t.surname, t.sex, t.birth, 'day', 'B' || t.person,
        h.questionnaire_id, t.answers, now()
    FROM told t, home h
)
INSERT INTO bench_membership (person_id, household_id, district_id, relationship, is_reference, position, from_on)
SELECT t.person, h.id, h.district_id, 'child', t.position = 1, t.position, current_date FROM told t, home h
"""


def _day(told: str) -> str:
    """A birth date known in part, or not at all, as some day."""
    return f"{told or 1990}-01-01"[:10] if len(told) < 7 else f"{told}-01"[:10]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """One household of a bundle becomes its rows; a GET reads a row by its key."""
    if environ["REQUEST_METHOD"] == "GET":
        with _POOL.connection() as connection:
            connection.execute("SELECT * FROM registry_household WHERE id = (SELECT max(id) FROM registry_household)")
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]
    told = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))["households"][0]
    home = told["household"]
    members = [
        {
            "given_names": one["given_names"],
            "surname": one["surname"],
            "sex": one["sex"],
            "birth": _day(one["birth_date"]),
            "answers": one,
        }
        for one in told["members"]
    ]
    with _POOL.connection() as connection:
        connection.execute(
            _INSERT,
            {
                "area": home["area_code"],
                "address": home.get("address", ""),
                "phone": home.get("phone", ""),
                "answers": json.dumps(home),
                "members": json.dumps(members),
            },
        )
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b"{}"]
