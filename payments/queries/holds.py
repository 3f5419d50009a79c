"""Payments that are held back, for those who may hold them or let them go."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.references import normalise
from payments.models import Hold
from registry.models import Household

MAY_HOLD = (Permission.GRIEVANCES_HANDLE, Permission.PAYMENTS_PREPARE, Permission.ENROLMENT_DECIDE)


def live(*, actor: Actor) -> QuerySet[Hold]:
    """Holds in force over households of the actor's areas, newest first."""
    found = Hold.objects.filter(_scope(actor, "household__area"), lifted_at__isnull=True)
    return found.select_related("household", "programme", "placed_by", "district").order_by("-placed_at", "-id")


def household(*, actor: Actor, reference: str) -> Household | None:
    """The household of this reference, if the actor may hold its payments."""
    return Household.objects.filter(_scope(actor, "area"), reference=normalise(reference)).first()


def _scope(actor: Actor, area: str) -> Q:
    return reduce(or_, (within(actor, permission, area=area) for permission in MAY_HOLD))
