"""A household as the register had it at an earlier moment: from the rows that history kept, and the live rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Model

from core.models import Area
from registry.models import Household, Membership, PaymentAccount, Person
from registry.queries import questionnaires

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Then:
    """Household, members and account as rows that are not in the database any more: to be read, never saved."""

    household: Household
    members: list[Membership]
    account: PaymentAccount | None


def household_at(*, household: Household, at: datetime) -> Then | None:
    """What the register said of the household at that moment; nothing before it was registered.

    A row as it was is the oldest of its replaced versions that was replaced later, or the live row. Reads of history
    the months from ``at`` on alone, by the rows' numbers. Ten statements. What is told of an act is its beginning: one
    that was under way at ``at`` counts as done. A protected household's place stays hidden for all times.

    The caller has checked that the actor may see the household.
    """
    if household.registered_at > at:
        return None
    (then,) = _versions([household], at)
    if household.is_protected:
        then.area_id, then.address, then.latitude, then.longitude = household.district_id, "", None, None
        then.is_protected = True
    rows = _recorded(Membership, household, at)
    members = sorted((row for row in rows if row.until_on is None), key=lambda row: (row.position, row.pk))
    _meet(then, members, at)
    if household.is_protected:
        places = questionnaires.place_codes()
        then.answers = _without(then.answers, places)
        for row in members:
            row.person.answers = _without(row.person.answers, places)
    accounts = [row for row in _recorded(PaymentAccount, household, at) if row.until_on is None]
    return Then(then, members, accounts[0] if accounts else None)


def _without(answers: Mapping[str, Any], places: frozenset[str]) -> dict[str, Any]:
    return {code: told for code, told in answers.items() if code not in places}


def _recorded(model: type[Row], household: Household, at: datetime) -> list[Row]:
    """Rows of the household that were recorded by then, as they were; those that say not when were always there."""
    rows: Any = model._default_manager.filter(household_id=household.pk).order_by("pk")
    return _versions([row for row in rows if row.recorded_at is None or row.recorded_at <= at], at)


def _versions(live: Sequence[Row], at: datetime) -> list[Row]:
    """Each row as it was. One statement."""
    if not live:
        return []
    model = type(live[0])
    history: Any = apps.get_model("registry", f"{model.__name__}History")
    replaced = history.objects.filter(id__in=[row.pk for row in live], pgh_created_at__gt=at)
    older = {row.id: row for row in replaced.order_by("id", "pgh_id").distinct("id")}
    return [_as_row(model, older[row.pk]) if row.pk in older else row for row in live]


def _as_row(model: type[Row], version: Any) -> Row:
    kept = {field.attname for field in type(version)._meta.concrete_fields}
    columns = [field.attname for field in model._meta.concrete_fields if field.attname in kept]
    return model(**{name: getattr(version, name) for name in columns})


def _meet(household: Household, members: list[Membership], at: datetime) -> None:
    """Give the rows the persons and places that they name, so that no page asks for them one by one."""
    wanted = {row.person_id for row in members}
    carers = {row.caregiver_id for row in members if row.caregiver_id}
    known = {person.pk: person for person in Person.objects.filter(pk__in=wanted | carers).order_by("pk")}
    persons = {person.pk: person for person in _versions([known[number] for number in sorted(wanted)], at)}
    for row in members:
        row.person = persons[row.person_id]
        row.caregiver = known[row.caregiver_id] if row.caregiver_id else None
    areas = {area.pk: area for area in Area.objects.filter(pk__in=[household.area_id, household.district_id])}
    household.area, household.district = areas[household.area_id], areas[household.district_id]
