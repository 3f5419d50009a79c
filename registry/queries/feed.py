"""Households in the order in which what was last written of them was committed: pages that miss nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.models import Household, Membership, Nominee, PaymentAccount
from registry.queries import households

_SEE = Permission.REGISTRY_VIEW


class NoCursor(Exception):
    """This is not a cursor that an earlier page gave."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some households; ``cursor`` is where the next stretch begins, now or once more has been written.

    ``not_shared``: references of those that withdrew their consent to sharing, and of which nothing else is told.
    """

    households: list[Household]
    not_shared: list[str]
    cursor: str
    more: bool


def changed(*, actor: Actor, after: str = "", district: str = "", village: str = "", size: int = 100) -> Stretch:
    """The actor's households written after the cursor, oldest writing first. One statement.

    Transactions that may still commit are left for later: a row is shown only below the oldest of them, so that a
    cursor never passes what was not visible yet. A household that changes appears again, behind the cursor.

    Raises:
        NoCursor: ``after`` was not given by an earlier page.
    """
    found = Household.objects.filter(within(actor, _SEE)).select_related("area", "district", "questionnaire")
    if district:
        found = found.filter(district__code=district)
    if village:
        found = found.filter(area__code=village)
    # The ORM does not compare rows, nor transaction numbers.
    found = found.extra(where=["registry_household.changed_xid < pg_snapshot_xmin(pg_current_snapshot())"])
    if after:
        xid, number = _place(after)
        found = found.extra(
            where=["(registry_household.changed_xid, registry_household.id) > (%s::text::xid8, %s)"],
            params=[str(xid), number],
        )
    rows = list(found.order_by("changed_xid", "id")[: size + 1])
    shown = rows[:size]
    cursor = f"{shown[-1].changed_xid}.{shown[-1].pk}" if shown else after
    return Stretch(
        [one for one in shown if one.is_shared],
        [one.reference for one in shown if not one.is_shared],
        cursor,
        more=len(rows) > size,
    )


def one(*, actor: Actor, reference: str) -> Household | None:
    """One household of the actor's areas, as long as it may be shared."""
    found = households.household(actor=actor, reference=reference)
    return found if found is not None and found.is_shared else None


def _place(cursor: str) -> tuple[int, int]:
    xid, _, number = cursor.partition(".")
    if not (xid.isascii() and xid.isdigit() and number.isascii() and number.isdigit() and len(xid) < 19 > len(number)):
        raise NoCursor("This is not a cursor that an earlier page gave.")
    return int(xid), int(number)


@dataclass(frozen=True, slots=True)
class Parts:
    """What belongs to households, by household."""

    members: dict[int, list[Membership]]
    accounts: dict[int, PaymentAccount]
    nominees: dict[int, Nominee]


def parts(*, of: Sequence[Household]) -> Parts:
    """Members, accounts and nominees now. Three statements, however many households."""
    numbers = [one.pk for one in of]
    now = {"household_id__in": numbers, "until_on__isnull": True}
    members: dict[int, list[Membership]] = {number: [] for number in numbers}
    for row in Membership.objects.filter(**now).select_related("person", "caregiver").order_by("position", "id"):
        members[row.household_id].append(row)
    return Parts(
        members,
        {row.household_id: row for row in PaymentAccount.objects.filter(**now).order_by("id")},
        {row.household_id: row for row in Nominee.objects.filter(**now).order_by("id")},
    )
