"""Putting those who may be enrolled onto the beneficiary list, a place or a whole programme at once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from core.models import Area
from eligibility.models import Programme


class ProgrammeNotOpen(Exception):
    """Only an open programme enrols."""


class SameOfficer(Exception):
    """Whoever proposed or validated these does not enrol them: another person must look at them."""


class NobodyDecides(Exception):
    """A person enrols, never the system by itself."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """How many were enrolled, and how many were set aside for each reason."""

    enrolled: int
    same_officer: int
    own_interest: int
    died: int
    no_household: int
    no_recipient: int

    @property
    def set_aside(self) -> int:
        return self.same_officer + self.own_interest + self.died + self.no_household + self.no_recipient


_REASONS = ("same_officer", "own_interest", "died", "no_household", "no_recipient")
_CANDIDATES = """
    SELECT e.id, CASE
        WHEN %(actor)s IN (e.proposed_by_id, e.validated_by_id) THEN 'same_officer'
        WHEN EXISTS (SELECT 1 FROM registry_declaredinterest i
            WHERE i.user_id = %(actor)s AND i.household_id = e.household_id) THEN 'own_interest'
        WHEN beneficiary.died_on IS NOT NULL THEN 'died'
        WHEN h.status <> 'active' THEN 'no_household'
        WHEN recipient.id IS NULL OR recipient.died_on IS NOT NULL THEN 'no_recipient'
        ELSE '' END AS obstacle
    FROM eligibility_enrolment e
    JOIN core_area a ON a.id = e.area_id
    JOIN registry_household h ON h.id = e.household_id
    LEFT JOIN registry_person beneficiary ON beneficiary.id = e.person_id
    LEFT JOIN registry_person recipient ON recipient.id = e.recipient_person_id
    WHERE e.programme_id = %(programme)s AND a.path LIKE %(below)s
        AND (e.status = 'validated' OR e.status = 'proposed' AND NOT e.validation_required)
    ORDER BY e.id FOR UPDATE OF e
"""
_ENROL = """
    UPDATE eligibility_enrolment SET status = 'enrolled', status_on = %(today)s, reason = '', enrolled_on = %(today)s,
        enrolled_by_id = %(actor)s,
        recertify_on = (%(today)s::date + make_interval(months => %(months)s::int))::date
    WHERE id = ANY(%(ids)s)
"""


def enrol_many(*, programme_code: str, area_id: int | None = None, actor: Actor, at: datetime) -> Enrolled:
    """Enrol everybody of a programme who may be: validated, or proposed where no validation is asked for.

    Within ``area_id`` and below, or the whole country. Locks them in the order of their ids. Set aside, and left as
    they are: those whom the actor proposed or validated, the actor's own or a relative's household, beneficiaries who
    died, households no longer active, and those for whom nobody living can receive. A repeat finds nobody.

    Raises:
        NotPermitted: the actor does not decide enrolments there.
        ProgrammeNotOpen, NobodyDecides: as they say.
        SameOfficer: the actor proposed or validated all who wait.
    """
    if actor.user_id is None:
        raise NobodyDecides(NobodyDecides.__doc__)
    area = Area.objects.get(pk=area_id) if area_id else Area.objects.get(level=Area.Level.COUNTRY)
    actor.require_in(Permission.ENROLMENT_DECIDE, area_path=area.path, programme_code=programme_code)
    with acting(actor=actor, at=at, reason="Enrolment"), connection.cursor() as cursor:
        programme = Programme.objects.get(code=programme_code)
        if programme.status != Programme.Status.OPEN:
            raise ProgrammeNotOpen(f"{programme.name} is not open: nobody can be enrolled.")
        values: dict[str, Any] = {"actor": actor.user_id, "programme": programme.pk, "below": f"{area.path}%"}
        cursor.execute(_CANDIDATES, values)
        found = cursor.fetchall()
        ids = [key for key, obstacle in found if not obstacle]
        done = Enrolled(len(ids), *(sum(obstacle == reason for _, obstacle in found) for reason in _REASONS))
        if not ids:
            if done.same_officer:
                raise SameOfficer(SameOfficer.__doc__)
            return done
        cursor.execute(
            _ENROL,
            {
                "today": timezone.localdate(at),
                "actor": actor.user_id,
                "months": programme.recertify_months,
                "ids": ids,
            },
        )
        audit.record(
            "enrolment.enrol",
            subject_type="programme",
            subject_id=programme.pk,
            reference=programme.code,
            district_id=area.district_id,
            details={"area": area.code, "enrolled": len(ids), "set_aside": done.set_aside},
            digest=hashlib.sha256(",".join(map(str, ids)).encode()).digest(),
        )
    return done
