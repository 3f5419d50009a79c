"""What a household was owed and paid, for the officer who deals with its case."""

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from payments.models import Entitlement


def of_household(*, actor: Actor, household_id: int) -> list[Entitlement]:
    """The household's entitlements, newest first, where the actor handles cases.

    Handling the case is what opens them: an officer needs them to answer, and sees no payroll for it.
    """
    scope = within(actor, Permission.GRIEVANCES_HANDLE, area="enrolment__area", district="enrolment__district")
    found = Entitlement.objects.filter(scope, enrolment__household_id=household_id).select_related("programme")
    return list(found.order_by("-period_from", "-id")[:24])
