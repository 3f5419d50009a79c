"""The versions of households: whoever changes what a household shows raises them, so that feeds tell of it again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from registry.models import Household, Membership


def raise_of(*, household_ids: Iterable[int] = (), person_ids: Iterable[int] = (), but: Iterable[int] = ()) -> None:
    """Raise the version of these households and of every household to which one of these persons belongs now.

    In the caller's act; locks the households in the order of their numbers. ``but``: households whose version the
    caller raised already.
    """
    here = Membership.objects.filter(person_id__in=list(person_ids), until_on__isnull=True)
    wanted = {*household_ids, *here.values_list("household_id", flat=True)} - {*but}
    if wanted:
        rows = Household.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
        numbers = list(rows.values_list("pk", flat=True))
        Household.objects.filter(pk__in=numbers).update(row_version=F("row_version") + 1)
