"""What happened to an enrolment: each state with who brought it about, and when."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from eligibility.models import Enrolment
from registry.queries.people import names_of_users

# The replaced row names who replaced it: the act that made a state stands on the version before it.
_ACTS = """
    SELECT status, reason, pgh_created_at, pgh_actor_id FROM eligibility_enrolmenthistory
    WHERE id = %s ORDER BY pgh_id
"""


@dataclass(frozen=True, slots=True)
class Act:
    """One state that an enrolment came into."""

    label: str
    reason: str
    by: str
    at: datetime


def of_enrolment(*, enrolment: Enrolment) -> list[Act]:
    """Every state, newest first. The caller has checked that the actor may see the enrolment."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTS, (enrolment.pk,))
        versions = cursor.fetchall()
    names = names_of_users([enrolment.proposed_by_id, *(row[3] for row in versions)])
    states = [(row[0], row[1]) for row in versions] + [(enrolment.status, enrolment.reason)]
    made = [(enrolment.proposed_at, enrolment.proposed_by_id), *((row[2], row[3]) for row in versions)]
    acts = [
        Act(label=str(Enrolment.Status(status).label), reason=reason, by=names.get(by or 0, ""), at=at)
        for (status, reason), (at, by) in zip(states, made, strict=True)
    ]
    return acts[::-1]
