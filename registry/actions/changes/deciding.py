"""Deciding a change that was asked for: by another person where the kind needs one."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from registry.actions.changes import applying
from registry.actions.changes.errors import ChangedSince, DetailsWrong
from registry.actions.changes.requesting import require_no_interest_in, trial
from registry.actions.reviews import ReasonNeeded, require_no_interest
from registry.changes import KINDS
from registry.changes.state import seen
from registry.intake import pipeline
from registry.models import ChangeRequest, Household
from registry.queries import changes

DECIDE = Permission.REGISTRY_DECIDE_CHANGE


class NotWaiting(Exception):
    """This change was decided or withdrawn before."""


class OwnChange(Exception):
    """Somebody other than who asked for it has to decide."""


def accept(*, change_id: int, reason: str, actor: Actor, at: datetime) -> ChangeRequest:
    """Carry out a change that was asked for, all of it or nothing.

    The effect is made anew from the household as it is now; where a value that it replaces is no longer the one that
    the request saw, it refuses. Locks the request and the household. A repeat by the same person writes nothing.

    Raises:
        NotPermitted: the actor may not decide changes of this place (of both, where it moves somebody).
        OwnChange: the actor asked for it.
        DeclaredInterestInTheWay: the actor declared an interest in a household that it concerns.
        ReasonNeeded: no reason was given.
        NotWaiting: it was decided or withdrawn before.
        ChangedSince: what it replaces has changed since.
        DetailsWrong: something now speaks against it.
        NobodyAnswers: a merge would leave something behind.
    """
    with acting(actor=actor, at=at, reason=reason):
        kind_code = ChangeRequest.objects.values_list("kind", flat=True).get(pk=change_id)
        if KINDS[kind_code].enters_persons:
            pipeline.lock()
        asked = _for_decision(change_id, actor, reason)
        if _is_repeat(asked, ChangeRequest.Status.APPLIED, actor):
            return asked
        household = _locked(asked)
        plan = changes.plan(
            kind=asked.kind,
            household=household,
            person_reference=asked.person.reference if asked.person else "",
            texts=asked.details,
            today=timezone.localdate(at),
        )
        _require_unchanged(asked, plan)
        trial(asked.kind, household, plan, at=at)
        applying.carry_out(asked, plan, by=actor, reason=reason, at=at)
    return asked


def refuse(*, change_id: int, reason: str, actor: Actor, at: datetime) -> ChangeRequest:
    """Refuse a change with a reason. A repeat by the same person writes nothing. Raises as ``accept``."""
    with acting(actor=actor, at=at, reason=reason):
        asked = _for_decision(change_id, actor, reason)
        if not _is_repeat(asked, ChangeRequest.Status.REFUSED, actor):
            _close(asked, ChangeRequest.Status.REFUSED, "change.refuse", actor, reason, at)
    return asked


def withdraw(*, change_id: int, reason: str, actor: Actor, at: datetime) -> ChangeRequest:
    """Take back what one asked for oneself. A repeat writes nothing.

    Raises:
        NotPermitted: somebody else asked for it.
        ReasonNeeded: no reason was given.
        NotWaiting: it was decided before.
    """
    with acting(actor=actor, at=at, reason=reason):
        asked = ChangeRequest.objects.select_for_update(of=("self",)).get(pk=change_id)
        if actor.user_id is None or asked.requested_by_id != actor.user_id:
            raise NotPermitted(sentence="Only who asked for it can withdraw it.")
        if not reason.strip():
            raise ReasonNeeded("A decision needs a reason.")
        if not _is_repeat(asked, ChangeRequest.Status.WITHDRAWN, actor):
            _close(asked, ChangeRequest.Status.WITHDRAWN, "change.withdraw", actor, reason, at)
    return asked


def _for_decision(change_id: int, actor: Actor, reason: str) -> ChangeRequest:
    """The request, locked, if this actor may decide it."""
    asked = (
        ChangeRequest.objects.select_for_update(of=("self",))
        .select_related("household__area", "other_household__area", "person")
        .get(pk=change_id)
    )
    if actor.user_id is None:
        raise NotPermitted(sentence="A person has to decide this, not the system.")
    actor.require_in(DECIDE, area_path=asked.household.area.path)
    second = asked.other_household if KINDS[asked.kind].both_places else None
    if second is not None and not actor.may_in(DECIDE, area_path=second.area.path):
        raise NotPermitted(sentence="It concerns a household outside your area: who answers for both decides.")
    if asked.requested_by_id == actor.user_id and asked.status == ChangeRequest.Status.REQUESTED:
        raise OwnChange("Somebody other than who asked for it has to decide.")
    if not reason.strip():
        raise ReasonNeeded("A decision needs a reason.")
    if asked.status == ChangeRequest.Status.REQUESTED:
        households = [asked.household_id, *([asked.other_household_id] if asked.other_household_id else [])]
        require_no_interest_in(actor=actor, household_ids=households)
        require_no_interest(actor=actor, person_ids=[asked.person_id] if asked.person_id else [])
    return asked


def _locked(asked: ChangeRequest) -> Household:
    """The households, locked in the order of their numbers; returns the one that the request is about."""
    numbers = [asked.household_id, *([asked.other_household_id] if asked.other_household_id else [])]
    rows = (
        Household.objects.select_for_update(of=("self",))
        .select_related("area", "questionnaire")
        .filter(pk__in=numbers)
        .order_by("pk")
    )
    found = next(row for row in rows if row.pk == asked.household_id)
    asked.household = found
    return found


def _require_unchanged(asked: ChangeRequest, plan: changes.Plan) -> None:
    if plan.details.problems:
        raise DetailsWrong(plan.details.problems)
    if seen(plan.effect) != asked.seen:
        raise ChangedSince(
            "What this would change has changed since it was asked for: refuse it, so that it is reported anew."
        )


def _is_repeat(asked: ChangeRequest, status: str, actor: Actor) -> bool:
    if asked.status == status and asked.decided_by_id == actor.user_id:
        return True
    if asked.status != ChangeRequest.Status.REQUESTED:
        raise NotWaiting("This change does not wait for a decision any more.")
    return False


def _close(asked: ChangeRequest, status: str, action: str, actor: Actor, reason: str, at: datetime) -> None:
    asked.status, asked.decided_by_id, asked.decided_at, asked.decision_reason = status, actor.user_id, at, reason
    asked.save(update_fields=["status", "decided_by", "decided_at", "decision_reason"])
    audit.record(
        action,
        subject_type="change_request",
        subject_id=asked.pk,
        reference=asked.reference,
        district_id=asked.district_id,
        details={"kind": asked.kind},
    )
