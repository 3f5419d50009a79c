"""Where a protected household lives: the one place that reads it for somebody's eyes."""

from __future__ import annotations

from django.db.models import Q

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.models import Household, SafePlace


def safe_place(*, actor: Actor, household: Household) -> SafePlace | None:
    """The whereabouts that are kept apart, for who may see hidden things of this district. The caller logs the look.

    Raises:
        NotPermitted: the actor may not unmask what belongs to the household's district.
    """
    actor.require_in(Permission.REGISTRY_UNMASK, area_path=household.area.path)
    return SafePlace.objects.filter(household=household, until_on__isnull=True).select_related("village").first()


def not_hidden_from(actor: Actor, permission: Permission, *, programme: str | None = None) -> Q:
    """Of rows that froze where their ``household`` was: those that do not tell the actor where a protected one is.

    They tell it by being seen at all, to who sees one village alone; who sees its whole district sees them on.
    """
    there = within(actor, permission, area="household__area", district="household__district", programme=programme)
    return Q(household__is_protected=False) | there
