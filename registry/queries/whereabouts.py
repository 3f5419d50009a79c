"""Where a protected household lives: the one place that reads it for somebody's eyes."""

from __future__ import annotations

from core.access.actor import Actor
from core.access.permissions import Permission
from registry.models import Household, SafePlace


def safe_place(*, actor: Actor, household: Household) -> SafePlace | None:
    """The whereabouts that are kept apart, for who may see hidden things of this district. The caller logs the look.

    Raises:
        NotPermitted: the actor may not unmask what belongs to the household's district.
    """
    actor.require_in(Permission.REGISTRY_UNMASK, area_path=household.area.path)
    return SafePlace.objects.filter(household=household, until_on__isnull=True).select_related("village").first()
