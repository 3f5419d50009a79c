"""Which rows an actor sees: the query layer's filter, for lists, counts, search, exports and the API alike."""

from functools import reduce
from operator import or_

from django.db.models import Q

from core.access.actor import Actor
from core.access.permissions import Permission

NOTHING = Q(pk__in=[])
# No empty ``Q()``: joined by "or" with another condition, an empty one vanishes, and everything would become the other.
EVERYTHING = ~NOTHING


def within(
    actor: Actor,
    permission: Permission,
    *,
    area: str = "area",
    district: str = "district",
    programme: str | None = None,
) -> Q:
    """Rows whose place (and programme) the actor holds ``permission`` for.

    ``area`` and ``district`` are the lookups of the row's area and district key; ``programme`` is the lookup of the
    programme's code, where the row has one. An actor without the permission sees nothing, never everything.
    """
    if actor.is_system:
        return EVERYTHING
    conditions: list[Q] = []
    for grant in actor.grants.get(permission, ()):
        if grant.is_national:
            condition = Q()
        elif grant.is_district:
            condition = Q(**{f"{district}_id": grant.area_id})
        else:
            condition = Q(**{f"{district}_id": grant.district_id, f"{area}__path__startswith": grant.area_path})
        if grant.programme_code and programme is not None:
            condition &= Q(**{programme: grant.programme_code})
        if not condition:
            return EVERYTHING
        conditions.append(condition)
    return reduce(or_, conditions) if conditions else NOTHING


def district_ids(actor: Actor, permission: Permission) -> list[int] | None:
    """The districts that the actor sees any part of; ``None`` means the whole country. For set-based SQL."""
    grants = actor.grants.get(permission, ())
    if actor.is_system or any(grant.is_national for grant in grants):
        return None
    return sorted({grant.district_id for grant in grants if grant.district_id is not None})
