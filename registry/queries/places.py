"""Places that somebody may register in, or look at."""

from __future__ import annotations

from django.db.models import Q

from core.access.actor import Actor
from core.access.permissions import Permission
from core.models import Area


def _below(actor: Actor, permission: Permission) -> Q:
    if actor.is_system:
        return Q()
    paths = [grant.area_path for grant in actor.grants.get(permission, ())]
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(path__startswith=path)
    return condition


def villages(
    *, actor: Actor, permission: Permission, text: str = "", council_id: int | None = None, limit: int = 50
) -> list[Area]:
    """Villages where the actor holds the permission, whose name or code begins with or holds ``text``.

    Ordered by name, then number; at most ``limit``, so a caller that shows all says so. One statement.
    """
    found = Area.objects.filter(_below(actor, permission), level=Area.Level.VILLAGE)
    if text := text.strip():
        found = found.filter(Q(name__icontains=text) | Q(code__istartswith=text))
    if council_id:
        council = Area.objects.filter(pk=council_id, level=Area.Level.COUNCIL).first()
        found = found.filter(path__startswith=council.path) if council else found.none()
    return list(found.select_related("district").order_by("name", "id")[:limit])


def all_villages(*, actor: Actor, permission: Permission) -> list[Area]:
    """Every village where the actor holds the permission, by name. One statement."""
    found = Area.objects.filter(_below(actor, permission), level=Area.Level.VILLAGE)
    return list(found.select_related("district").order_by("name", "id"))


def councils(*, actor: Actor, permission: Permission) -> list[Area]:
    """Councils below or around the actor's areas, by district and name."""
    found = Area.objects.filter(_below(actor, permission), level=Area.Level.COUNCIL)
    return list(found.select_related("district").order_by("district__name", "name", "id"))


def village(*, actor: Actor, permission: Permission, code: str) -> Area | None:
    """The village of this code, if the actor holds the permission there."""
    found = Area.objects.filter(_below(actor, permission), level=Area.Level.VILLAGE, code=code)
    return found.select_related("district").first()


def by_code(*, code: str) -> Area | None:
    """A place by its code, wherever it is: names of places are no secret."""
    return Area.objects.select_related("district").filter(code=code).first() if code else None


def parents(*, areas: list[Area]) -> dict[int, str]:
    """The name of the place above each area. One statement."""
    if not areas:
        return {}
    above = {area.pk: area.path[: -Area.steplen] for area in areas}
    names = dict(Area.objects.filter(path__in=set(above.values())).values_list("path", "name"))
    return {number: names.get(path, "") for number, path in above.items()}
