"""Disputed identity numbers that wait for somebody to settle them."""

from __future__ import annotations

from django.db.models import QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.models import IdentityClaim, Membership
from registry.queries.paging import SIZE, Page, cut, whole_number

_SETTLE = Permission.REGISTRY_SETTLE_IDENTITY


def _visible(actor: Actor) -> QuerySet[IdentityClaim]:
    # A claim belongs to a district as a whole: the two persons may live in different villages.
    return IdentityClaim.objects.filter(within(actor, _SETTLE, area="district"))


def open_claims(*, actor: Actor, after: str = "", size: int = SIZE) -> Page[IdentityClaim]:
    """Claims that wait, oldest first. One statement."""
    found = _visible(actor).filter(status=IdentityClaim.Status.OPEN)
    if (last := whole_number(after)) is not None:
        found = found.filter(pk__gt=last)
    rows = found.select_related("claimant", "district").order_by("id")[: size + 1]
    return cut(rows, key=lambda row: row.pk, size=size)


def count_open(*, actor: Actor) -> int:
    """How many wait for this actor: those that they brought in themselves wait for somebody else."""
    found = _visible(actor).filter(status=IdentityClaim.Status.OPEN)
    return found.exclude(opened_by_id=actor.user_id).count() if actor.user_id else found.count()


def claim(*, actor: Actor, claim_id: int) -> IdentityClaim | None:
    """One claim of the actor's areas."""
    found = _visible(actor).filter(pk=claim_id)
    return found.select_related("claimant__district", "holder__district", "district").first()


def home(*, actor: Actor, person_id: int) -> Membership | None:
    """A household of this person that the actor may see."""
    found = Membership.objects.filter(
        within(actor, Permission.REGISTRY_VIEW, area="household__area"), person_id=person_id, until_on__isnull=True
    )
    return found.select_related("household__area", "household__district").order_by("-counts", "id").first()
