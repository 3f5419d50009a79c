"""Which places and programmes an actor's figures cover."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from core.access.actor import Actor, Grant
from core.access.permissions import Permission
from core.access.scoping import district_ids
from core.models import Area
from eligibility.models import Programme

VIEW = Permission.REPORTING_VIEW


@dataclass(frozen=True, slots=True)
class Selection:
    """What somebody looks at: a programme (null: all of them), a district (null: all that they see)."""

    programme: Programme | None = None
    district: Area | None = None


def districts(actor: Actor) -> list[Area]:
    """Districts of which the actor sees any part, in the order of the tree."""
    found = Area.objects.filter(level=Area.Level.DISTRICT)
    ids = district_ids(actor, VIEW)
    return list((found if ids is None else found.filter(pk__in=ids)).order_by("path"))


def programmes(actor: Actor) -> list[Programme]:
    """Programmes of which the actor sees figures anywhere."""
    found = Programme.objects.exclude(status=Programme.Status.DRAFT).order_by("code")
    if sees_all_programmes(actor):
        return list(found)
    named = {grant.programme_code for grant in _grants(actor)}
    return list(found if "" in named else found.filter(code__in=named))


def sees_all_programmes(actor: Actor) -> bool:
    """Whether figures over all programmes together may be shown: nowhere is the actor held to one programme."""
    return actor.is_system or all(not grant.programme_code for grant in _grants(actor))


def covers(actor: Actor, area: Area, programme: Programme | None) -> bool:
    """Whether the actor sees any part of a place's figures of a programme; null: of what is about no programme."""
    return actor.is_system or any(
        (area.path.startswith(grant.area_path) or grant.area_path.startswith(area.path))
        and (programme is None or grant.programme_code in ("", programme.code))
        for grant in _grants(actor)
    )


def covers_whole(actor: Actor, area: Area) -> bool:
    """Whether the actor sees a place with everything in it."""
    return actor.may_in(VIEW, area_path=area.path)


def rows_of(actor: Actor, selection: Selection) -> list[Area]:
    """The places that a table lists: districts; councils where there is only one district to show."""
    if selection.district is not None:
        return _councils(actor, selection.district)
    found = districts(actor)
    return _councils(actor, found[0]) if len(found) == 1 else found


def _councils(actor: Actor, district: Area) -> list[Area]:
    found = Area.objects.filter(district=district, level=Area.Level.COUNCIL).order_by("path")
    return [area for area in found if covers(actor, area, None)]


def _grants(actor: Actor) -> tuple[Grant, ...]:
    return actor.grants.get(VIEW, ())


def of_selection(selection: Selection) -> Q:
    """The figures of a selection's district."""
    return Q(district=selection.district) if selection.district else Q()
