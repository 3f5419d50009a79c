"""Tokens of partner systems."""

from __future__ import annotations

from django.db.models import Exists, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.roles import GUARDED, Role
from core.models import ApiClient, Appointment
from core.queries.people import appointments, beyond

_LIVE = [Appointment.Status.PROPOSED, Appointment.Status.IN_FORCE]
# What the addresses of the API ask for.
_SPOKEN = {Permission.REGISTRY_VIEW, Permission.REGISTRY_REGISTER}


def clients(*, actor: Actor) -> QuerySet[ApiClient]:
    """Tokens of systems all of whose appointments lie in the places that the actor keeps; newest first."""
    if not actor.may(Permission.ACCESS_PROPOSE):
        return ApiClient.objects.none()
    found = ApiClient.objects.filter(~Exists(beyond(actor=actor, permission=Permission.ACCESS_PROPOSE)))
    found = found.select_related("user", "created_by", "revoked_by")
    return found.order_by("-id")


def roles_of(*, actor: Actor, user_ids: list[int]) -> dict[int, list[Appointment]]:
    """The appointments in force or proposed of these accounts, as far as the actor sees them. One statement."""
    found: dict[int, list[Appointment]] = {}
    for one in appointments(actor=actor).filter(user_id__in=user_ids, status__in=_LIVE).order_by("id"):
        found.setdefault(one.user_id, []).append(one)
    return found


def roles_for_systems() -> list[Role]:
    """Roles in which a program can do something through the API, and that one person may give."""
    return [role for role in Role if role.permissions & _SPOKEN and role not in GUARDED]
