"""What payments does when a household changes: holds stay on it, wherever it is and whatever it becomes part of.

What is owed hangs on enrolments and follows them. Lines that were made stay as they were paid; lines of a payroll that
is not released yet are found by its controls, since their household is not active any more.
"""

from __future__ import annotations

from core import audit
from core.acting import current
from core.hooks import HouseholdChange
from payments.models import Hold
from registry.models import Household


def follow(change: HouseholdChange) -> None:
    """Holds in force are scoped where their household is now, in the caller's act."""
    district = Household.objects.values_list("district_id", flat=True).get(pk=change.household_id)
    elsewhere = Hold.objects.filter(household_id=change.household_id, lifted_at__isnull=True)
    elsewhere.exclude(district_id=district).update(district_id=district)


def merge(change: HouseholdChange) -> set[str]:
    """Holds in force now hold the household that this one is part of. Locks them in the order of their numbers.

    Where that one is held for the same already, this one's hold ends.
    """
    act = current()
    assert change.other_household_id is not None
    other = Household.objects.get(pk=change.other_household_id)
    rows = Hold.objects.filter(household_id=change.household_id, lifted_at__isnull=True)
    moved = 0
    for hold in rows.select_for_update(of=("self",)).order_by("pk"):
        same = Hold.objects.filter(household=other, lifted_at__isnull=True, case_reference=hold.case_reference)
        if same.filter(programme=hold.programme).exists():
            hold.lifted_at, hold.lifted_by_id = act.at, act.actor.user_id
        else:
            hold.household, hold.district_id = other, other.district_id
            moved += 1
        hold.save(update_fields=["household", "district", "lifted_at", "lifted_by"])
    if moved:
        audit.record(
            "hold.follow",
            subject_type="household",
            subject_id=other.pk,
            reference=other.reference,
            district_id=other.district_id,
            details={"holds": moved, "change": change.reference},
        )
    return {"payments.Hold.household", "payments.Instruction.household"}
