"""Answers of hidden households that tell a place since a version says so: they go where the address went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from core import audit
from registry.actions import corrected, versions
from registry.intake import hiding
from registry.models import Household, Membership, Person, SafePlace
from registry.queries.questionnaires import place_codes


def hide_answers(*, at: datetime) -> int:
    """Take answers that tell a place out of the rows of protected households, beside which they are kept from now on.

    In the act of who publishes the version that marks them. Returns of how many households; a repeat finds none. Locks
    those households in the order of their numbers. They are few, so they are done one by one.
    """
    codes = sorted(place_codes())
    telling = Household.objects.filter(is_protected=True).order_by("pk")
    ids = list(telling.filter(answers__has_any_keys=codes).values_list("pk", flat=True)) if codes else []
    members = Membership.objects.filter(household__is_protected=True, until_on__isnull=True)
    ids += members.filter(person__answers__has_any_keys=codes).values_list("household_id", flat=True) if codes else []
    for household in telling.filter(pk__in=set(ids)).select_for_update(of=("self",)):
        _keep_apart(household, codes, at)
    return len(set(ids))


def _keep_apart(household: Household, codes: list[str], at: datetime) -> None:
    safe = SafePlace.objects.select_for_update(of=("self",)).get(household=household, until_on__isnull=True)
    kept: dict[str, dict[str, Any]] = {key: dict(row) for key, row in safe.answers.items()}
    here = Membership.objects.filter(household=household, until_on__isnull=True).values("person_id")
    people = Person.objects.filter(pk__in=here, answers__has_any_keys=codes).select_for_update(of=("self",))
    rows: list[tuple[str, Household | Person]] = [("", household)]
    rows += [(str(one.pk), one) for one in people.order_by("pk")]
    for key, row in rows:
        told = {code: row.answers.pop(code) for code in codes if code in row.answers}
        if told:
            kept[key] = {**kept.get(key, {}), **told}
            row.save(update_fields=["answers"])
    _replace(safe, kept, at)
    hiding.hide_all_of(household_id=household.pk, district_id=household.district_id)
    corrected.withdraw(district_id=household.district_id, at=at)
    versions.raise_of(household_ids=[household.pk])
    audit.record(
        "household.hide_answers",
        subject_type="household",
        subject_id=household.pk,
        district_id=household.district_id,
        details={"questions": codes},
    )


def _replace(safe: SafePlace, answers: dict[str, dict[str, Any]], at: datetime) -> None:
    """What is kept apart never changes, so the row ends and another begins."""
    today = max(timezone.localdate(at), safe.from_on)
    safe.until_on = today
    safe.save(update_fields=["until_on"])
    safe.pk, safe.answers, safe.from_on, safe.until_on = None, answers, today, None
    safe.save(force_insert=True)
