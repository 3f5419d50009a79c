"""What changed in a household, field by field: from the rows that history kept, and the live row as the newest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from registry.models import Household, Membership, Nominee, PaymentAccount, Person

# Bookkeeping of the row itself: says nothing to a reader.
_SILENT = {"row_version", "uuid", "id", "district", "registered_at", "registered_by_id", "position"}
LIMIT = 400


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one row, before and after; values as the column holds them."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Act:
    """What one act changed in one row: who (user number; ``by_kind`` where nobody signed in), when, why."""

    subject: str  # household, person, membership, account, nominee
    subject_id: int
    person_id: int | None
    at: datetime
    by_id: int | None
    by_kind: str
    reason: str
    changes: tuple[Change, ...]


def acts(*, household: Household) -> list[Act]:
    """Every act that changed the household, its persons (as long as they belong or belonged), memberships, accounts
    or nominees, newest first; at most the newest ``LIMIT`` of each kind.

    Nine statements at most, whatever the size. The caller has checked that the actor may see the household.
    """
    memberships = list(Membership.objects.filter(household=household))
    persons = list(Person.objects.filter(pk__in={row.person_id for row in memberships}))
    live: list[tuple[str, type[models.Model], list[Any]]] = [
        ("household", Household, [household]),
        ("membership", Membership, memberships),
        ("person", Person, persons),
        ("account", PaymentAccount, list(PaymentAccount.objects.filter(household=household))),
        ("nominee", Nominee, list(Nominee.objects.filter(household=household))),
    ]
    found = [act for subject, model, rows in live for act in _acts(subject, rows, _kept(model, rows))]
    return sorted(found, key=lambda act: (act.at, act.subject, act.subject_id), reverse=True)


def _kept(model: type[models.Model], live: list[Any]) -> list[Any]:
    """Earlier versions of these rows, oldest first (by their number: that is what history has an index for)."""
    if not live:
        return []
    history: Any = apps.get_model("registry", f"{model.__name__}History")
    newest = history.objects.filter(id__in=[row.pk for row in live]).order_by("-pgh_id")[:LIMIT]
    return list(reversed(list(newest)))


def _acts(subject: str, live: Iterable[models.Model], kept: list[Any]) -> list[Act]:
    versions: dict[int, list[Any]] = defaultdict(list)
    for row in kept:
        versions[row.id].append(row)
    now = {row.pk: row for row in live}
    found = []
    for number, rows in versions.items():
        for row, successor in zip(rows, [*rows[1:], now[number]], strict=True):
            if changes := tuple(_changes(row, successor)):
                found.append(
                    Act(
                        subject=subject,
                        subject_id=number,
                        person_id=number if subject == "person" else getattr(row, "person_id", None),
                        at=row.pgh_created_at,
                        by_id=row.pgh_actor_id,
                        by_kind=row.pgh_actor_kind,
                        reason=row.pgh_reason,
                        changes=changes,
                    )
                )
    return found


def _changes(before: Any, after: Any) -> Iterable[Change]:
    for field in type(before)._meta.fields:
        if field.name.startswith("pgh_") or field.name in _SILENT:
            continue
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old == new:
            continue
        if field.name == "answers":
            for code in sorted({*(old or {}), *(new or {})}):
                if (old or {}).get(code) != (new or {}).get(code):
                    yield Change(f"answers.{code}", (old or {}).get(code), (new or {}).get(code))
        else:
            yield Change(field.name, old, new)
