"""Visits as an actor may see them, and who may be sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.roles import Role
from core.access.scoping import within
from core.models import Area, User
from core.queries.access import in_force
from registry.models import Visit
from registry.queries.paging import SIZE, Page, a_day, cut, whole_number

REGISTER, REVIEW = Permission.REGISTRY_REGISTER, Permission.REGISTRY_REVIEW


def _told(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    return rows.select_related(
        "household__area", "household__district", "area", "district", "assigned_to", "assigned_by", "reported_by",
        "decided_by",
    )  # fmt: skip


def visible(*, actor: Actor) -> QuerySet[Visit]:
    """Visits that the actor was sent on, and those of the places where the actor registers or reviews."""
    mine = Q(assigned_to_id=actor.user_id) if actor.user_id is not None else Q(pk__in=[])
    return Visit.objects.filter(mine | within(actor, REGISTER) | within(actor, REVIEW))


def visit(*, actor: Actor, uuid: UUID) -> Visit | None:
    """One visit; nothing where it does not exist or is not the actor's business."""
    return _told(visible(actor=actor)).filter(uuid=uuid).first()


def mine(*, actor: Actor, after: str = "", size: int = SIZE) -> Page[Visit]:
    """Where the actor is to go, by day."""
    return _paged(Visit.objects.filter(assigned_to_id=actor.user_id, status=Visit.Status.ASSIGNED), after, size)


def to_decide(*, actor: Actor, after: str = "", size: int = SIZE) -> Page[Visit]:
    """Outcomes that wait for a supervisor of the place, by day; those that the actor may not decide included."""
    return _paged(Visit.objects.filter(within(actor, REVIEW), status=Visit.Status.REPORTED), after, size)


def planned(*, actor: Actor, after: str = "", size: int = SIZE) -> Page[Visit]:
    """Open visits of the places where the actor registers or reviews, by day."""
    found = Visit.objects.filter(within(actor, REGISTER) | within(actor, REVIEW), status=Visit.Status.ASSIGNED)
    return _paged(found, after, size)


def _paged(rows: QuerySet[Visit], after: str, size: int) -> Page[Visit]:
    day, _sep, number = after.partition("_")
    if (last := whole_number(number)) is not None and (by := a_day(day)) is not None:
        rows = rows.filter(Q(visit_by__gt=by) | Q(visit_by=by, pk__gt=last))
    found = _told(rows).order_by("visit_by", "id")[: size + 1]
    return cut(found, key=lambda row: f"{row.visit_by.isoformat()}_{row.pk}", size=size)


def count_mine(*, actor: Actor) -> int:
    """How many visits the actor has yet to make."""
    return Visit.objects.filter(assigned_to_id=actor.user_id, status=Visit.Status.ASSIGNED).count()


def count_late(*, actor: Actor, today: date) -> int:
    """How many of them should have been made by now."""
    late = Visit.objects.filter(assigned_to_id=actor.user_id, status=Visit.Status.ASSIGNED, visit_by__lt=today)
    return late.count()


def count_to_decide(*, actor: Actor) -> int:
    """How many outcomes the actor may decide: those of their own visits and reports apart."""
    found = Visit.objects.filter(within(actor, REVIEW), status=Visit.Status.REPORTED)
    return found.exclude(assigned_to_id=actor.user_id).exclude(reported_by_id=actor.user_id).count()


def open_of(household_ids: Iterable[int]) -> dict[int, Visit]:
    """The open visit by household. One statement. The caller has checked who may see the households."""
    rows = Visit.objects.filter(household_id__in=list(household_ids), status__in=Visit.OPEN)
    return {row.household_id: row for row in rows.select_related("assigned_to").order_by("id")}


def of_household(*, household_id: int) -> list[Visit]:
    """Every visit to a household, newest first. The caller has checked who may see it."""
    return list(_told(Visit.objects.filter(household_id=household_id)).order_by("-id"))


def may_be_sent(*, area: Area, on: date) -> list[User]:
    """Who registers households at a place: people with an appointment over it, or over a place above or below, by name.

    Somebody of a place below may be chosen: what they are sent to outside it is refused by name (``actions.visits``).
    """
    roles = [role.value for role in Role if REGISTER in role.permissions]
    above = [area.path[:length] for length in range(Area.steplen, len(area.path) + 1, Area.steplen)]
    holding = in_force(on=on).filter(role__in=roles)
    near = Q(scope__area__path__in=above) | Q(scope__area__path__startswith=area.path)
    return list(User.objects.filter(pk__in=holding.filter(near).values("user_id")).order_by("full_name", "id"))
