"""What the beneficiary list does by itself when a household changes: it stays with the household, and where that is.

Nobody is put on a list or taken off by it.
"""

from __future__ import annotations

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from core import audit
from core.hooks import HouseholdChange
from eligibility.models import Enrolment
from registry.actions.changes import NobodyAnswers
from registry.models import Household, Membership


def follow(change: HouseholdChange) -> None:
    """Enrolments of persons follow them into the household in which they count now; all take its place.

    In the caller's act. Locks the enrolments in the order of their numbers.
    """
    moved = 0
    for enrolment in _locked(_of_persons(change)):
        assert enrolment.person_id is not None
        home = Membership.objects.filter(person_id=enrolment.person_id, until_on__isnull=True, counts=True).first()
        if home is not None and home.household_id != enrolment.household_id:
            Enrolment.objects.filter(pk=enrolment.pk).update(household_id=home.household_id)
            moved += 1
    carried = _take_place(_of_households(change) | _of_persons(change) | _of_hidden(change))
    if moved or carried:
        audit.record(
            "enrolment.follow",
            subject_type="household",
            subject_id=change.household_id,
            reference=change.reference,
            details={"kind": change.kind, "moved": moved, "places": carried},
        )


def merge(change: HouseholdChange) -> set[str]:
    """Enrolments of a household that is part of another one now belong to that one, ended ones as well.

    Assessments stay with the household that was assessed: they are what was found then.

    Raises:
        NobodyAnswers: both are on the list of one programme, so that one of the two has to be ended first.
    """
    both = _twice_on_a_list(change)
    if both:
        raise NobodyAnswers(
            f"Both households are on the list of {', '.join(both)}: end one of the two enrolments first."
        )
    rows = _locked(Enrolment.objects.filter(household_id=change.household_id))
    numbers = [row.pk for row in rows]
    Enrolment.objects.filter(pk__in=numbers).update(household_id=change.other_household_id)
    _take_place(Enrolment.objects.filter(pk__in=numbers, status__in=Enrolment.LIVE))
    if numbers:
        audit.record(
            "enrolment.follow",
            subject_type="household",
            subject_id=change.household_id,
            reference=change.reference,
            details={"kind": change.kind, "moved": len(numbers), "enrolments": [row.reference for row in rows]},
        )
    return {"eligibility.Enrolment.household", "eligibility.Assessment.household"}


def _twice_on_a_list(change: HouseholdChange) -> list[str]:
    assert change.other_household_id is not None
    live = Enrolment.objects.filter(person__isnull=True, status__in=Enrolment.LIVE)
    there = live.filter(household_id=change.other_household_id).values("programme")
    found = live.filter(household_id=change.household_id, programme__in=there)
    return list(found.order_by("programme__code").values_list("programme__name", flat=True))


def _of_persons(change: HouseholdChange) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(person_id__in=change.person_ids, status__in=Enrolment.LIVE)


def _of_households(change: HouseholdChange) -> QuerySet[Enrolment]:
    numbers = [change.household_id, *([change.other_household_id] if change.other_household_id else [])]
    return Enrolment.objects.filter(household_id__in=numbers, status__in=Enrolment.LIVE)


def _of_hidden(change: HouseholdChange) -> QuerySet[Enrolment]:
    """Of a household whose address is protected, the ended ones too."""
    return Enrolment.objects.filter(household_id=change.household_id, household__is_protected=True)


def _locked(rows: QuerySet[Enrolment]) -> list[Enrolment]:
    return list(rows.select_for_update(of=("self",)).order_by("pk"))


def _take_place(rows: QuerySet[Enrolment]) -> int:
    """Live enrolments name the place where their household is now; returns how many did not."""
    elsewhere = rows.filter(~Q(area=F("household__area")) | ~Q(district=F("household__district")))
    numbers = list(elsewhere.order_by("pk").values_list("pk", flat=True))
    home = Household.objects.filter(pk=OuterRef("household_id"))
    return Enrolment.objects.filter(pk__in=numbers).update(
        area_id=Subquery(home.values("area_id")), district_id=Subquery(home.values("district_id"))
    )
