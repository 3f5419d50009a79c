"""Households of whoever sends them: their own and their relatives', which somebody else has to decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core import statements
from registry.intake.numbers import array

#: What is found where a household is the sender's own or a relative's. Never harmless.
CODE = "own_household"

# The numbers that a user declared, and those of who lives in a household that they declared.
_NUMBERS = """
SELECT national_id FROM registry_declarednumber WHERE user_id = %(user)s
UNION
SELECT p.national_id FROM registry_declaredinterest i
JOIN registry_membership m ON m.household_id = i.household_id AND m.until_on IS NULL
JOIN registry_person p ON p.id = m.person_id
WHERE i.user_id = %(user)s AND p.national_id IS NOT NULL
"""

_MARK = f"""
WITH own AS MATERIALIZED ({_NUMBERS})
INSERT INTO registry_submissionissue (submission_id, code, severity, path, message, location)
SELECT m.submission_id, %(code)s, 'warning', 'persons/' || m.position || '/national_id',
    'Who sends this declared this person as themselves, a relative or of a household of theirs: somebody else decides.',
    CASE WHEN m.source_line IS NULL THEN '' ELSE %(persons)s || ', row ' || m.source_line || ', column national_id' END
FROM registry_submissionmember m
WHERE m.submission_id = ANY(%(ids)s) AND m.national_id IN (SELECT national_id FROM own)
    AND EXISTS (SELECT FROM own)  -- without any, nobody is looked at
ORDER BY m.submission_id, m.position
"""

# What the sender said, or declared before, is remembered with the household once it is there.
_REMEMBER = """
INSERT INTO registry_declaredinterest (user_id, household_id, kind, declared_at)
SELECT s.submitted_by_id, s.household_id,
    CASE WHEN s.payload::json #>> '{household,own_or_relative}' = 'own' OR EXISTS (
        SELECT FROM registry_submissionmember m JOIN registry_declarednumber n ON n.national_id = m.national_id
        WHERE m.submission_id = s.id AND n.user_id = s.submitted_by_id AND n.kind = 'own')
    THEN 'own' ELSE 'relative' END, %(at)s
FROM registry_submission s
WHERE s.id = ANY(%(ids)s) AND s.submitted_by_id IS NOT NULL AND s.household_id IS NOT NULL
    AND EXISTS (SELECT FROM registry_submissionissue i WHERE i.submission_id = s.id AND i.code = %(code)s)
ON CONFLICT DO NOTHING
"""


def numbers(*, user_id: int) -> list[str]:
    """The national IDs whose households this user does not decide about."""
    with statements.cursor() as cursor:
        cursor.execute(_NUMBERS, {"user": user_id})
        return [row[0] for row in cursor.fetchall()]


def mark(*, ids: Sequence[int], sent_by: int | None, persons: str) -> None:
    """Note on submissions that tell of the sender's own people."""
    if sent_by is None:
        return
    values: dict[str, Any] = {"ids": array(ids), "user": sent_by, "persons": persons, "code": CODE}
    with statements.cursor() as cursor:
        cursor.execute(_MARK, values)


def remember(*, ids: Sequence[int], at: datetime) -> None:
    """Keep the interest of who sent an accepted household of their own, in the caller's act."""
    with statements.cursor() as cursor:
        cursor.execute(_REMEMBER, {"ids": array(ids), "code": CODE, "at": at})
