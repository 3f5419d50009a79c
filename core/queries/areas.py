"""Reading places."""

from core.access.actor import Actor
from core.models import Area


def areas_of(*, actor: Actor) -> list[Area]:
    """The areas over which the actor holds any permission, in the order of the tree."""
    ids = {grant.area_id for grants in actor.grants.values() for grant in grants}
    return list(Area.objects.filter(pk__in=ids).order_by("path"))


def districts() -> list[Area]:
    """Every district, in the order of the tree: names of places are no secret."""
    return list(Area.objects.filter(level=Area.Level.DISTRICT).order_by("path"))
