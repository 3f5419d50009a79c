"""What cases do when the household that they are about changes."""

from __future__ import annotations

from core import audit
from core.hooks import HouseholdChange
from grievances.models import Case
from registry.models import Household


def follow(change: HouseholdChange) -> None:
    """Cases of a household whose address is protected name its district alone, in the caller's act."""
    home = Household.objects.get(pk=change.household_id)
    if home.is_protected:
        Case.objects.filter(household=home).update(area_id=home.district_id, district_id=home.district_id, place="")


def merge(change: HouseholdChange) -> set[str]:
    """Cases about a household that is part of another one are about that one, closed ones as well."""
    rows = Case.objects.select_for_update(of=("self",)).filter(household_id=change.household_id).order_by("pk")
    numbers = list(rows.values_list("pk", flat=True))
    if numbers:
        Case.objects.filter(pk__in=numbers).update(household_id=change.other_household_id)
        audit.record(
            "case.follow",
            subject_type="household",
            subject_id=change.household_id,
            reference=change.reference,
            details={"cases": len(numbers)},
        )
    return {"grievances.Case.household"}
