"""Proposing one household (or person) for the list because an appeal was upheld."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from core import audit, pack
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from eligibility.actions.proposing import recipient_of
from eligibility.models import Enrolment, Programme
from registry.actions.interests import refuse_own
from registry.models import Household, Person


class CannotBeProposed(Exception):
    """The household or person cannot be proposed for this programme."""


def propose_on_appeal(
    *, programme_code: str, household_id: int, person_id: int | None, reason: str, actor: Actor, at: datetime
) -> Enrolment:
    """Propose a household, or a person of it, whatever the assessment said; others then validate and enrol.

    Locks the household. One who has a live enrolment in the programme keeps it: that one is returned.

    Raises:
        NotPermitted: the actor does not decide cases where the household lives.
        OwnInterest: it is the actor's own or a relative's household.
        CannotBeProposed: the programme is not open, the household is not active, the person is not named or dead.
    """
    with acting(actor=actor, at=at, reason=reason):
        household = Household.objects.select_for_update(of=("self",)).select_related("area").get(pk=household_id)
        actor.require_in(Permission.GRIEVANCES_HANDLE, area_path=household.area.path)
        refuse_own(actor=actor, household_ids=[household.pk])
        programme = Programme.objects.filter(code=programme_code).first()
        if programme is None or programme.status != Programme.Status.OPEN:
            raise CannotBeProposed("The programme is not open: nobody can be proposed.")
        if household.status != Household.Status.ACTIVE:
            raise CannotBeProposed("The household is not active.")
        person = _beneficiary(programme, household, person_id)
        same = Enrolment.objects.filter(programme=programme, household=household, person=person)
        if live := same.filter(status__in=Enrolment.LIVE).first():
            return live
        enrolment = Enrolment.objects.create(
            programme=programme,
            household=household,
            person=person,
            recipient_person_id=_recipient(programme, household, person, at),
            area_id=household.area_id,
            district_id=household.district_id,
            status=Enrolment.Status.PROPOSED,
            status_on=timezone.localdate(at),
            reason=reason,
            validation_required=programme.validation_required,
            proposed_at=at,
            proposed_by_id=actor.user_id,
        )
        enrolment.refresh_from_db(fields=["reference"])
        audit.record(
            "enrolment.propose_on_appeal",
            subject_type="enrolment",
            subject_id=enrolment.pk,
            reference=enrolment.reference,
            district_id=enrolment.district_id,
            details={"programme": programme.code},
        )
    return enrolment


def _beneficiary(programme: Programme, household: Household, person_id: int | None) -> Person | None:
    if programme.unit == Programme.Unit.HOUSEHOLD:
        return None
    person = Person.objects.filter(pk=person_id or 0, memberships__household=household).first()
    if person is None or person.died_on is not None:
        raise CannotBeProposed("Say which living person of the household is to be proposed.")
    return person


def _recipient(programme: Programme, household: Household, person: Person | None, at: datetime) -> int | None:
    """The same rule as for a whole run."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {recipient_of(programme)} FROM "
            "(SELECT %(household)s::bigint AS household_id, %(person)s::bigint AS person_id) a",
            {
                "household": household.pk,
                "person": person.pk if person else None,
                "today": timezone.localdate(at),
                "adult_from": pack.about()["ages"]["adult_from"],
            },
        )
        found: int | None = cursor.fetchone()[0]
    return found
