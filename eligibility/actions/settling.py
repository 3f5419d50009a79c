"""Deciding what a change of a household means for its place on a list."""

from __future__ import annotations

from datetime import datetime

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from eligibility.actions import enrolments
from eligibility.models import Enrolment, EnrolmentNotice, NoticeSettlement
from registry.actions.interests import refuse_own
from registry.models import ChangeRequest, Membership

Outcome = NoticeSettlement.Outcome
_MOVES = {
    Outcome.SUSPEND: enrolments.suspend,
    Outcome.EXIT: enrolments.exit,
    Outcome.REJECT: enrolments.reject,
}


class SettledAlready(Exception):
    """Somebody decided about this change before."""


class ReportedIt(Exception):
    """Somebody other than who reported the change has to decide what follows from it."""


class NoSuchRecipient(Exception):
    """Choose a living member of the household who is to receive."""


def settle(
    *, notice_id: int, outcome: str, reason: str, actor: Actor, at: datetime, recipient: str = ""
) -> NoticeSettlement:
    """Decide about a notice: leave the enrolment, name another recipient, suspend, exit or reject it.

    ``recipient`` is the reference of the person who receives from now on. Locks the notice, then the enrolment. A
    repeat of the same decision by the same person writes nothing.

    Raises:
        NotPermitted, OwnInterest, ReasonNeeded, IllegalMove: as for each move of the list.
        ReportedIt: the actor reported the change.
        SettledAlready: it was decided otherwise, or by somebody else.
        NoSuchRecipient: nobody of this reference lives in the household.
    """
    with acting(actor=actor, at=at, reason=reason):
        notice = EnrolmentNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
        enrolment = Enrolment.objects.select_related("programme", "area").get(pk=notice.enrolment_id)
        _require(actor, enrolment, notice)
        known = NoticeSettlement.objects.filter(notice=notice).first()
        if known is not None:
            if (known.outcome, known.settled_by_id) == (outcome, actor.user_id):
                return known
            raise SettledAlready(SettledAlready.__doc__)
        if not reason.strip():
            raise enrolments.ReasonNeeded(enrolments.ReasonNeeded.__doc__)
        if move := _MOVES.get(Outcome(outcome)):
            move(enrolment_id=enrolment.pk, reason=reason, actor=actor, at=at)
        elif outcome == Outcome.RECIPIENT:
            _name(enrolment, recipient)
        assert actor.user_id is not None
        settled = NoticeSettlement.objects.create(
            notice=notice, outcome=outcome, reason=reason.strip(), settled_at=at, settled_by_id=actor.user_id
        )
        audit.record(
            "enrolment.settle_notice",
            subject_type="enrolment",
            subject_id=enrolment.pk,
            reference=enrolment.reference,
            district_id=enrolment.district_id,
            details={"change": notice.change_reference, "outcome": outcome},
        )
    return settled


def _require(actor: Actor, enrolment: Enrolment, notice: EnrolmentNotice) -> None:
    if actor.user_id is None:
        raise NotPermitted(sentence="A person has to decide this, not the system.")
    actor.require_in(
        Permission.ENROLMENT_DECIDE, area_path=enrolment.area.path, programme_code=enrolment.programme.code
    )
    refuse_own(actor=actor, household_ids=[enrolment.household_id])
    reported = ChangeRequest.objects.filter(reference=notice.change_reference, requested_by_id=actor.user_id)
    if reported.exists():
        raise ReportedIt(ReportedIt.__doc__)


def _name(enrolment: Enrolment, reference: str) -> None:
    here = Membership.objects.filter(household_id=enrolment.household_id, until_on__isnull=True)
    found = here.filter(person__reference=reference, person__died_on__isnull=True).first()
    if found is None:
        raise NoSuchRecipient(NoSuchRecipient.__doc__)
    locked = Enrolment.objects.select_for_update(of=("self",)).filter(pk=enrolment.pk)
    locked.update(recipient_person_id=found.person_id)
