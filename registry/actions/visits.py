"""Sending people to households that are due, and what comes of it. A visit exits nobody: people decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.access.scoping import within
from core.acting import acting
from core.hooks import VisitOutcome, visit_outcome
from core.models import Area
from core.queries.access import actor_of
from registry.actions import versions
from registry.actions.changes.requesting import require_no_interest_in
from registry.actions.reviews import ReasonNeeded
from registry.models import Household, Visit
from registry.queries import recertification

REGISTER, REVIEW = Permission.REGISTRY_REGISTER, Permission.REGISTRY_REVIEW
UNMASK = Permission.REGISTRY_UNMASK
Outcome, Status = Visit.Outcome, Visit.Status


class NotSendable(Exception):
    """This person does not register households at this place, so nobody can send them there."""


class DayHasPassed(Exception):
    """The day by which to visit cannot lie in the past."""


class NotOpen(Exception):
    """This visit does not wait for that any more."""


class DayImpossible(Exception):
    """A visit is made on or after the day it was assigned, and not in the future."""


class OwnVisit(Exception):
    """Somebody other than who was sent, or who reported, has to accept the outcome."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many visits were made, and how many households were left out: visited already, of declared interest,
    or protected from who was to go."""

    made: int
    left_out: int


# Rows are locked in the order of their numbers; somebody else's open visit is left as it is.
_ASSIGN = """
WITH wanted AS MATERIALIZED (
    SELECT h.id, h.area_id, h.district_id FROM registry_household h
    WHERE h.id = ANY(%(ids)s) AND h.status = 'active' ORDER BY h.id FOR NO KEY UPDATE
)
INSERT INTO registry_visit (household_id, area_id, district_id, assigned_to_id, assigned_by_id, assigned_at,
    assigned_on, visit_by)
SELECT w.id, w.area_id, w.district_id, %(to)s, %(by)s, %(at)s, %(on)s, %(visit_by)s
FROM wanted w
WHERE NOT EXISTS (SELECT FROM registry_declaredinterest i WHERE i.user_id = %(to)s AND i.household_id = w.id)
ORDER BY w.id
ON CONFLICT (household_id) WHERE status IN ('assigned', 'reported') DO NOTHING
"""


def assign(*, area_id: int, household_ids: Sequence[int] | None, to_id: int, visit_by: date, actor: Actor,
           at: datetime) -> Assigned:  # fmt: skip
    """Send somebody to households of a place: those named, or (``None``) all that are due there. Set-based.

    Households that have an open visit, or in which who is sent declared an interest, are left out. One whose address is
    protected has to be named, and who is sent must be somebody who may see where it is. A repeat makes nothing more.
    Locks the households.

    Raises:
        NotPermitted: the actor neither registers nor reviews at this place.
        NotSendable: who is sent does not register households at this place.
        DayHasPassed: ``visit_by`` lies in the past.
    """
    today = timezone.localdate(at)
    area = Area.objects.get(pk=area_id)
    _require_plans(actor, area)
    if visit_by < today:
        raise DayHasPassed(DayHasPassed.__doc__)
    sent = actor_of(user_id=to_id, on=today)
    if not sent.may_in(REGISTER, area_path=area.path):
        raise NotSendable(NotSendable.__doc__)
    with acting(actor=actor, at=at):
        permission = REVIEW if actor.may_in(REVIEW, area_path=area.path) else REGISTER
        found = recertification.due(actor=actor, on=today, area=area, permission=permission)
        numbers = found.order_by("id").values_list("id", flat=True)
        ids = list(numbers if household_ids is None else numbers.filter(pk__in=household_ids))
        apart = recertification.due_apart(actor=actor, on=today, area=area).filter(pk__in=household_ids or [])
        wanted = len(ids) + apart.count()
        ids += apart.filter(within(sent, UNMASK)).values_list("id", flat=True)
        values: dict[str, Any] = {
            "ids": ids,
            "to": to_id,
            "by": actor.user_id,
            "at": at,
            "on": today,
            "visit_by": visit_by,
        }
        with connection.cursor() as cursor:
            cursor.execute(_ASSIGN, values)
            made = cursor.rowcount
        if made:
            details = {"visits": made, "to": to_id, "visit_by": visit_by, "area": area.code}
            audit.record("visit.assign", subject_type="area", subject_id=area.pk, district_id=area.district_id,
                         details=details)  # fmt: skip
    return Assigned(made, wanted - made)


def take_back(*, visit_id: int, reason: str, actor: Actor, at: datetime) -> Visit:
    """Take a visit back that was not made yet. A repeat writes nothing.

    Raises:
        NotPermitted: the actor neither registers nor reviews at its place.
        ReasonNeeded: no reason was given.
        NotOpen: it was made, decided, or never waits for that.
    """
    with acting(actor=actor, at=at, reason=reason):
        visit = _locked(visit_id)
        _require_plans(actor, visit.area)
        if visit.status == Status.TAKEN_BACK:
            return visit
        _require_reason(reason)
        _require_status(visit, Status.ASSIGNED)
        visit.status, visit.closed_at, visit.reason = Status.TAKEN_BACK, at, reason
        visit.save(update_fields=["status", "closed_at", "reason"])
        _record("visit.take_back", visit)
    return visit


def report(*, visit_id: int, outcome: str, visited_on: date, report: str, actor: Actor, at: datetime) -> Visit:
    """Say what was found; a supervisor decides. The same again by the same person writes nothing.

    Raises:
        NotPermitted: somebody else was sent.
        DeclaredInterestInTheWay: the actor declared an interest in the household.
        ReasonNeeded: another outcome than "seen" was not described.
        DayImpossible: the day lies in the future, or before the visit was assigned.
        NotOpen: it was taken back or is over.
    """
    with acting(actor=actor, at=at, reason=report):
        visit = _locked(visit_id)
        if actor.user_id is None or visit.assigned_to_id != actor.user_id:
            raise NotPermitted(sentence="Only who was sent reports what was found.")
        told = (visit.outcome, visit.visited_on, visit.report)
        if visit.status == Status.REPORTED and told == (outcome, visited_on, report):
            return visit
        require_no_interest_in(actor=actor, household_ids=[visit.household_id])
        _require_status(visit, Status.ASSIGNED)
        if outcome != Outcome.SEEN:
            _require_reason(report)
        if not visit.assigned_on <= visited_on <= timezone.localdate(at):
            raise DayImpossible(DayImpossible.__doc__)
        visit.status, visit.outcome, visit.visited_on = Status.REPORTED, Outcome(outcome), visited_on
        visit.report, visit.reported_by_id, visit.reason = report, actor.user_id, ""
        visit.save(update_fields=["status", "outcome", "visited_on", "report", "reported_by", "reason"])
        _record("visit.report", visit)
    return visit


def send_back(*, visit_id: int, reason: str, actor: Actor, at: datetime) -> Visit:
    """Let the visit be made again; outcome and day stay in the audit log. Raises as ``accept``."""
    with acting(actor=actor, at=at, reason=reason):
        visit = _for_decision(visit_id, actor, reason)
        if visit.status == Status.ASSIGNED and visit.reason == reason:
            return visit
        _require_status(visit, Status.REPORTED)
        _record("visit.send_back", visit)
        visit.status, visit.outcome, visit.visited_on = Status.ASSIGNED, "", None
        visit.report, visit.reported_by_id, visit.reason = "", None, reason
        visit.save(update_fields=["status", "outcome", "visited_on", "report", "reported_by", "reason"])
    return visit


def accept(*, visit_id: int, reason: str, actor: Actor, at: datetime) -> Visit:
    """Accept what was found. "Seen" counts as seeing the household that day; anything else is told to who decides.

    Locks visit and household. A repeat by the same person writes nothing.

    Raises:
        NotPermitted: the actor does not review at its place.
        OwnVisit: the actor was sent, or reported.
        DeclaredInterestInTheWay: the actor declared an interest in the household.
        ReasonNeeded: no reason was given.
        NotOpen: nothing is reported, or it is over.
    """
    with acting(actor=actor, at=at, reason=reason):
        visit = _for_decision(visit_id, actor, reason)
        if visit.status == Status.ACCEPTED and visit.decided_by_id == actor.user_id:
            return visit
        _require_status(visit, Status.REPORTED)
        visit.status, visit.decided_by_id, visit.closed_at, visit.reason = Status.ACCEPTED, actor.user_id, at, reason
        visit.save(update_fields=["status", "decided_by", "closed_at", "reason"])
        if visit.outcome == Outcome.SEEN:
            _mark_seen(visit)
        else:
            outcome = VisitOutcome(visit.outcome, visit.household_id, at, visit.reference)
            for function in visit_outcome.functions:
                function(outcome)
        _record("visit.accept", visit)
    return visit


def close_interviewed(*, household_ids: Sequence[int] | None, at: datetime) -> int:
    """Close open visits whose household was interviewed on or after the day of assignment, in the caller's act.

    Doors call it after an update was accepted (``None``: look everywhere). Returns how many; a repeat finds none.
    """
    found = Visit.objects.filter(status__in=Visit.OPEN, household__interviewed_on__gte=F("assigned_on"))
    if household_ids is not None:
        found = found.filter(household_id__in=list(household_ids))
    ids = list(found.order_by("id").select_for_update(of=("self",)).values_list("id", flat=True))
    if ids:
        Visit.objects.filter(pk__in=ids).update(status=Status.DONE, closed_at=at)
        audit.record("visit.done", subject_type="visit", details={"visits": len(ids), "first": ids[0]})
    return len(ids)


def sweep(*, actor: Actor, at: datetime) -> int:
    """Close every open visit whose household was interviewed since, by whatever door. A repeat finds none."""
    with acting(actor=actor, at=at):
        return close_interviewed(household_ids=None, at=at)


def _mark_seen(visit: Visit) -> None:
    household = Household.objects.select_for_update(of=("self",)).get(pk=visit.household_id)
    if visit.visited_on is not None and household.interviewed_on < visit.visited_on:
        household.interviewed_on = visit.visited_on
        household.save(update_fields=["interviewed_on"])
        versions.raise_of(household_ids=[household.pk])


def _locked(visit_id: int) -> Visit:
    return Visit.objects.select_for_update(of=("self",)).select_related("area", "household").get(pk=visit_id)


def _for_decision(visit_id: int, actor: Actor, reason: str) -> Visit:
    """The visit, locked, if this actor may decide its outcome."""
    visit = _locked(visit_id)
    if actor.user_id is None:
        raise NotPermitted(sentence="A person has to decide this, not the system.")
    actor.require_in(REVIEW, area_path=visit.area.path)
    if actor.user_id in (visit.assigned_to_id, visit.reported_by_id):
        raise OwnVisit(OwnVisit.__doc__)
    _require_reason(reason)
    if visit.status == Status.REPORTED:
        require_no_interest_in(actor=actor, household_ids=[visit.household_id])
    return visit


def _require_plans(actor: Actor, area: Area) -> None:
    if actor.user_id is None:
        raise NotPermitted(sentence="A person plans visits, not the system.")
    if not actor.may_in(REVIEW, area_path=area.path):
        actor.require_in(REGISTER, area_path=area.path)


def _require_status(visit: Visit, status: str) -> None:
    if visit.status != status:
        raise NotOpen(NotOpen.__doc__)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded("Say in a few words what was found, or why.")


def _record(action: str, visit: Visit) -> None:
    audit.record(
        action,
        subject_type="visit",
        subject_id=visit.pk,
        reference=visit.reference,
        district_id=visit.district_id,
        details={"household": visit.household.reference, "outcome": visit.outcome, "visited_on": visit.visited_on},
    )
