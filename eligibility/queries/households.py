"""Finding a household for this package's pages, where the actor may see assessments of it."""

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.models import Household


def household(*, actor: Actor, reference: str = "", household_id: int | None = None) -> Household | None:
    """By reference or number; None where the actor may not see its assessments."""
    found = Household.objects.select_related("area", "district").filter(within(actor, Permission.ELIGIBILITY_VIEW))
    found = found.filter(reference=reference) if household_id is None else found.filter(pk=household_id)
    return found.first()
