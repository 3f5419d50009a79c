"""What was told of a household that must not be found: its submissions name the district alone, whatever they said."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from registry.models import Review, Submission
from registry.queries.questionnaires import place_codes

# What became of it, what told it anew, what those corrected; and others that told of the same people and did not enter.
_TOLD = """
WITH RECURSIVE told AS (
    SELECT s.id, s.corrects_id FROM registry_submission s WHERE s.household_id = %(household)s
    UNION SELECT s.id, s.corrects_id FROM registry_submission s
    WHERE s.renews_id = %(household)s AND s.status IN ('received', 'in_review', 'refused', 'returned', 'rejected')
    UNION SELECT s.id, s.corrects_id FROM told JOIN registry_submission s ON s.id = told.corrects_id
)
SELECT id FROM told
UNION
SELECT s.id FROM told JOIN registry_submissionmember m ON m.submission_id = told.id
JOIN registry_submissionmember o ON o.name_date_key = m.name_date_key AND o.person_id IS NULL
JOIN registry_submission s ON s.id = o.submission_id
WHERE s.status IN ('refused', 'returned', 'rejected', 'replaced')
ORDER BY 1
"""

_ANSWERS = "UPDATE registry_submission SET answers = answers - %(codes)s::text[] WHERE id = ANY(%(ids)s)"
_OF_MEMBERS = (
    "UPDATE registry_submissionmember SET answers = answers - %(codes)s::text[] WHERE submission_id = ANY(%(ids)s)"
)


def hide_all_of(*, household_id: int, district_id: int) -> None:
    """Every submission that told where this household lives tells its district alone, in the caller's act.

    What came (``payload``) is kept; who shows it looks at ``is_hidden`` first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {"household": household_id})
        hide(ids=[number for (number,) in cursor.fetchall()], district_id=district_id)


def hide(*, ids: Iterable[int], district_id: int) -> None:
    """These submissions tell the district alone, answers that are places included."""
    numbers = sorted(ids)
    if not numbers:
        return
    place = {"area_id": district_id, "district_id": district_id}
    Submission.objects.filter(pk__in=numbers).update(**place, address="", latitude=None, longitude=None)
    Review.objects.filter(pk__in=numbers).update(**place)
    if codes := sorted(place_codes()):
        with connection.cursor() as cursor:
            for statement in (_ANSWERS, _OF_MEMBERS):
                cursor.execute(statement, {"codes": codes, "ids": numbers})


def is_hidden(submission: Submission) -> bool:
    """Whether what it told of its place is not to be shown: households live in villages, never in a district."""
    return submission.area_id is not None and submission.area_id == submission.district_id
