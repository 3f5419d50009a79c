"""The questionnaire's checks over a household that is registered already, as it stands in the caller's transaction.

The household is told to the pipeline once more, as if it arrived, and the copy is taken back: the same rules, by the
same statement, as for every door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from registry.intake import checking, keys
from registry.questionnaire import Questionnaire

_COPY = """
INSERT INTO registry_submission (uuid, door, status, payload, questionnaire_id, area_id, district_id, address, phone,
    interviewed_on, answers, received_at)
SELECT gen_random_uuid(), 'form', 'received', '{}', questionnaire_id, area_id, district_id, address, phone, %(on)s,
    answers, %(at)s
FROM registry_household WHERE id = %(household)s
RETURNING id
"""

_COPY_MEMBERS = """
INSERT INTO registry_submissionmember (submission_id, position, membership, counts, relationship, given_names, surname,
    sex, birth_date, birth_date_precision, birth_evidence, national_id, nationality, residence_status, residence,
    marital_status, mother_status, father_status, answers)
SELECT %(submission)s, row_number() OVER (ORDER BY m.position, m.id),
    CASE WHEN NOT m.counts AND m.residence IN ('usual', 'temporarily_absent') THEN 'linked' ELSE 'member' END,
    m.counts, m.relationship, p.given_names, p.surname, p.sex, p.birth_date, p.birth_date_precision, p.birth_evidence,
    p.national_id, p.nationality, p.residence_status, m.residence, p.marital_status, p.mother_status, p.father_status,
    p.answers
FROM registry_membership m JOIN registry_person p ON p.id = m.person_id
WHERE m.household_id = %(household)s AND m.until_on IS NULL
"""

_FOUND = """
SELECT i.code, i.severity, i.message, coalesce(m.given_names || ' ' || m.surname, ''), split_part(i.path, '/', 2),
    split_part(i.path, '/', 3)
FROM registry_submissionissue i LEFT JOIN registry_submissionmember m ON m.submission_id = i.submission_id
    AND i.path LIKE 'persons/%%' AND m.position::text = split_part(i.path, '/', 2)
WHERE i.submission_id = %(submission)s ORDER BY i.id
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: as an issue of a submission, with the person's name instead of a row. ``about`` is the field."""

    code: str
    severity: str
    message: str
    who: str
    about: str


class _Undo(Exception):
    """Takes the copy back."""


def found(*, household_id: int, questionnaire: Questionnaire, on: date, at: datetime) -> list[Finding]:
    """What the checks say about the household as it stands now, ages counted on ``on``. Leaves nothing behind."""
    findings: list[Finding] = []
    values: dict[str, Any] = {"household": household_id, "on": on, "at": at}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_COPY, values)
            values["submission"] = cursor.fetchone()[0]
            cursor.execute(_COPY_MEMBERS, values)
            checking.check(ids=[values["submission"]], questionnaire=questionnaire, households="", persons="")
            cursor.execute(_FOUND, values)
            findings = [
                Finding(code, severity, message, who, field if who else first)
                for code, severity, message, who, first, field in cursor.fetchall()
            ]
            raise _Undo
    except _Undo:
        return findings


def known_already(*, given_names: str, surname: str, born: date, precision: str, but: int | None) -> bool:
    """Whether somebody else of these names and this exact birth date is registered, anywhere in the country."""
    if precision != "day":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM registry_namekey WHERE key = %s AND person_id IS DISTINCT FROM %s)",
            [keys.of_name_date(given_names, surname, born), but],
        )
        return bool(cursor.fetchone()[0])
