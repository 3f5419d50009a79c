"""Paper forms: issued for a place, handed out, brought back, written off. Ranges of serial numbers, set-based."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from core import audit
from core.access.actor import Actor, NotPermitted
from core.access.permissions import Permission
from core.acting import acting
from core.locks import Lock, hold
from core.models import Area
from core.queries.access import actor_of
from registry.actions.reviews import ReasonNeeded
from registry.actions.visits import DayHasPassed, NotSendable
from registry.fieldwork import serials
from registry.models import PaperForm, PaperIssue

REGISTER, REVIEW = Permission.REGISTRY_REGISTER, Permission.REGISTRY_REVIEW
#: So many forms are issued or moved at once; a district needs several issues.
MOST = 10_000
Status = PaperForm.Status


class TooMany(Exception):
    """At most 10,000 forms at a time."""


class NotIssued(Exception):
    """Some of these serial numbers were not issued for your area."""


class NotThere(Exception):
    """Some of these forms are not where they would have to be."""


class PlaceTooWide(Exception):
    """Forms are issued for a district or a place of it."""


_FORMS = """
INSERT INTO registry_paperform (number, serial, issue_id, area_id, district_id)
SELECT told.number, told.serial, %(issue)s, %(area)s, %(district)s
FROM unnest(%(numbers)s::bigint[], %(serials)s::text[]) AS told(number, serial) ORDER BY told.number
"""


def issue(*, area_id: int, count: int, actor: Actor, at: datetime) -> PaperIssue:
    """Give a place the next ``count`` serial numbers, to be printed. One issue at a time in the country.

    Raises:
        NotPermitted: the actor does not review at this place, or is no person.
        TooMany, PlaceTooWide: as they say.
    """
    area = Area.objects.get(pk=area_id)
    if actor.user_id is None:
        raise NotPermitted(sentence="A person accounts for paper forms, not the system.")
    actor.require_in(REVIEW, area_path=area.path)
    if area.district_id is None:
        raise PlaceTooWide(PlaceTooWide.__doc__)
    if not 1 <= count <= MOST:
        raise TooMany(TooMany.__doc__)
    with acting(actor=actor, at=at):
        hold(Lock.PAPER)
        first = (PaperIssue.objects.aggregate(last=Max("last"))["last"] or 0) + 1
        made = PaperIssue.objects.create(
            area=area, district_id=area.district_id, first=first, last=first + count - 1, issued_by_id=actor.user_id,
            issued_at=at,
        )  # fmt: skip
        numbers = list(range(first, first + count))
        values: dict[str, Any] = {
            "issue": made.pk,
            "area": area.pk,
            "district": area.district_id,
            "numbers": numbers,
            "serials": [serials.serial(number) for number in numbers],
        }
        with connection.cursor() as cursor:
            cursor.execute(_FORMS, values)
        _record("paper_form.issue", made.district_id, made.first, made.last, area=area.code)
    return made


@dataclass(frozen=True, slots=True)
class _Range:
    """Forms of a range, locked: their district, and the places they were issued for."""

    district_id: int
    areas: Mapping[int, Area]


def hand_out(*, first: str, last: str, to_id: int, due_on: date, actor: Actor, at: datetime) -> int:
    """Hand forms of the stock to somebody until a day; returns how many. The same again writes nothing.

    Raises:
        NotASerial, TooMany, NotIssued, NotPermitted: as for ``write_off``.
        NotThere: some are not in stock.
        NotSendable: who takes them does not register households there.
        DayHasPassed: the day lies in the past.
    """
    low, high = _numbers(first, last)
    if due_on < timezone.localdate(at):
        raise DayHasPassed("The day by which they come back cannot lie in the past.")
    with acting(actor=actor, at=at):
        found = _locked(low, high, actor)
        takes = actor_of(user_id=to_id, on=timezone.localdate(at))
        if not all(takes.may_in(REGISTER, area_path=area.path) for area in found.areas.values()):
            raise NotSendable("This person does not register households where these forms belong.")
        rows = PaperForm.objects.filter(number__range=(low, high))
        if not rows.exclude(status=Status.OUT, holder_id=to_id, due_on=due_on).exists():
            return 0
        return _move(low, high, (Status.STOCK,), "paper_form.hand_out", found, {"to": to_id, "due_on": due_on},
                     status=Status.OUT, holder_id=to_id, due_on=due_on)  # fmt: skip


def bring_back(*, first: str, last: str, actor: Actor, at: datetime) -> int:
    """Take unused forms back into the stock; returns how many. A repeat writes nothing. Raises as ``write_off``."""
    low, high = _numbers(first, last)
    with acting(actor=actor, at=at):
        found = _locked(low, high, actor)
        if not PaperForm.objects.filter(number__range=(low, high)).exclude(status=Status.STOCK).exists():
            return 0
        return _move(low, high, (Status.OUT,), "paper_form.bring_back", found, {}, status=Status.STOCK, holder_id=None,
                     due_on=None)  # fmt: skip


def write_off(*, first: str, last: str, outcome: str, reason: str, actor: Actor, at: datetime) -> int:
    """Say that forms are spoilt or lost, and why; returns how many. The same again writes nothing.

    Raises:
        NotASerial: a serial number is none.
        TooMany: the range is wider than 10,000, or its last comes before its first.
        NotIssued: some were never issued.
        NotPermitted: the actor does not review where they belong.
        NotThere: some are used, or written off otherwise.
        ReasonNeeded: no reason was given.
    """
    low, high = _numbers(first, last)
    to = Status(outcome)
    if not reason.strip():
        raise ReasonNeeded("Say in a few words what happened.")
    with acting(actor=actor, at=at, reason=reason):
        found = _locked(low, high, actor)
        if not PaperForm.objects.filter(number__range=(low, high)).exclude(status=to, reason=reason).exists():
            return 0
        return _move(low, high, (Status.STOCK, Status.OUT), "paper_form.write_off", found, {"outcome": outcome},
                     status=to, reason=reason)  # fmt: skip


def _numbers(first: str, last: str) -> tuple[int, int]:
    low = serials.number(first)
    high = serials.number(last) if last.strip() else low
    if not low <= high < low + MOST:
        raise TooMany(f"{TooMany.__doc__} The first comes before the last.")
    return low, high


def _locked(low: int, high: int, actor: Actor) -> _Range:
    """The forms of a range, locked in the order of their numbers, if all were issued where the actor reviews."""
    rows = PaperForm.objects.select_for_update(of=("self",)).filter(number__range=(low, high)).order_by("number")
    found = list(rows.values_list("area_id", "district_id"))
    if len(found) != high - low + 1:
        raise NotIssued(NotIssued.__doc__)
    areas = Area.objects.in_bulk({area_id for area_id, _district in found})
    if not all(actor.may_in(REVIEW, area_path=area.path) for area in areas.values()):
        raise NotIssued(NotIssued.__doc__)
    if actor.user_id is None:
        raise NotPermitted(sentence="A person accounts for paper forms, not the system.")
    return _Range(found[0][1], areas)


def _move(
    low: int, high: int, come_from: tuple[str, ...], action: str, found: _Range, details: dict[str, Any], **to: Any
) -> int:
    rows = PaperForm.objects.filter(number__range=(low, high))
    wrong = rows.exclude(status__in=come_from).order_by("number").first()
    if wrong is not None:
        raise NotThere(f"{NotThere.__doc__} The first: {wrong.serial}, {wrong.get_status_display().lower()}.")
    moved = rows.update(**to)
    _record(action, found.district_id, low, high, **details)
    return moved


def _record(action: str, district_id: int, first: int, last: int, **details: Any) -> None:
    audit.record(
        action,
        subject_type="paper_form",
        subject_id=first,
        reference=serials.serial(first),
        district_id=district_id,
        details={"first": serials.serial(first), "last": serials.serial(last), "forms": last - first + 1, **details},
    )
