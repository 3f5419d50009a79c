"""The beneficiary list, one enrolment at a time: suspend, resume, exit, reject."""

from datetime import datetime

from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.acting import acting
from eligibility.models import Enrolment
from registry.actions.interests import OwnInterest, refuse_own

Status = Enrolment.Status


class IllegalMove(Exception):
    """The enrolment is not in a state that allows this."""


class ReasonNeeded(Exception):
    """Say why: the beneficiary may ask."""


class BeneficiaryDied(Exception):
    """The beneficiary, or the person who receives for the household, has died."""


def suspend(*, enrolment_id: int, reason: str, actor: Actor, at: datetime) -> Enrolment:
    """Stop paying for a time, without taking the beneficiary off the list. A repeat writes nothing.

    Raises:
        NotPermitted, IllegalMove, ReasonNeeded, OwnInterest: as they say.
    """
    return _move(Status.SUSPENDED, (Status.ENROLLED,), enrolment_id=enrolment_id, reason=reason, actor=actor, at=at)


def resume(*, enrolment_id: int, reason: str, actor: Actor, at: datetime) -> Enrolment:
    """Pay a suspended beneficiary again. A repeat writes nothing.

    Raises:
        NotPermitted, IllegalMove, ReasonNeeded, OwnInterest, BeneficiaryDied: as they say.
    """
    return _move(Status.ENROLLED, (Status.SUSPENDED,), enrolment_id=enrolment_id, reason=reason, actor=actor, at=at)


def exit(*, enrolment_id: int, reason: str, actor: Actor, at: datetime) -> Enrolment:
    """Take a beneficiary off the list for good; a later assessment may propose them anew. A repeat writes nothing.

    Raises:
        NotPermitted, IllegalMove, ReasonNeeded, OwnInterest: as they say.
    """
    return _move(
        Status.EXITED,
        (Status.ENROLLED, Status.SUSPENDED),
        enrolment_id=enrolment_id,
        reason=reason,
        actor=actor,
        at=at,
    )


def reject(*, enrolment_id: int, reason: str, actor: Actor, at: datetime) -> Enrolment:
    """Decline a proposal, validated or not. A repeat writes nothing.

    Raises:
        NotPermitted, IllegalMove, ReasonNeeded, OwnInterest: as they say.
    """
    return _move(
        Status.REJECTED,
        (Status.PROPOSED, Status.VALIDATED),
        enrolment_id=enrolment_id,
        reason=reason,
        actor=actor,
        at=at,
    )


def _move(
    to: Enrolment.Status,
    sources: tuple[Enrolment.Status, ...],
    *,
    enrolment_id: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Enrolment:
    """Lock, check, write, audit."""
    with acting(actor=actor, at=at, reason=reason):
        enrolment = (
            Enrolment.objects.select_for_update(of=("self",))
            .select_related("programme", "area", "person", "recipient_person")
            .get(pk=enrolment_id)
        )
        code = enrolment.programme.code
        actor.require_in(Permission.ENROLMENT_DECIDE, area_path=enrolment.area.path, programme_code=code)
        refuse_own(actor=actor, household_ids=[enrolment.household_id])
        if enrolment.status == to:
            return enrolment
        if enrolment.status not in sources:
            raise IllegalMove(
                f"{enrolment.reference} is {enrolment.get_status_display().lower()}: "
                f"it cannot become {to.label.lower()}."
            )
        if not reason.strip():
            raise ReasonNeeded(ReasonNeeded.__doc__)
        if to == Status.ENROLLED:
            _refuse_dead(enrolment)
        before, enrolment.status, enrolment.reason = enrolment.status, to, reason.strip()
        enrolment.status_on = timezone.localdate(at)
        if to == Status.EXITED:
            enrolment.exited_on = enrolment.status_on
        enrolment.save(update_fields=["status", "reason", "status_on", "exited_on"])
        audit.record(
            f"enrolment.{to.value}",
            subject_type="enrolment",
            subject_id=enrolment.pk,
            reference=enrolment.reference,
            district_id=enrolment.district_id,
            details={"programme": code, "from": before, "to": to.value},
        )
    return enrolment


def _refuse_dead(enrolment: Enrolment) -> None:
    for person in (enrolment.person, enrolment.recipient_person):
        if person is not None and person.died_on is not None:
            raise BeneficiaryDied(BeneficiaryDied.__doc__)


__all__ = ["BeneficiaryDied", "IllegalMove", "OwnInterest", "ReasonNeeded", "exit", "reject", "resume", "suspend"]
