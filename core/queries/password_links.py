"""Links to choose a password that wait for a second administrator, and who could give them."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.roles import Role
from core.models import Appointment, PasswordLink, User
from core.queries.access import in_force
from core.queries.people import beyond

_LIVE = [Appointment.Status.PROPOSED, Appointment.Status.IN_FORCE]


def links(*, actor: Actor) -> QuerySet[PasswordLink]:
    """Links for people all of whose roles lie in the places whose appointments the actor confirms; newest first."""
    if not actor.may(Permission.ACCESS_CONFIRM):
        return PasswordLink.objects.none()
    found = PasswordLink.objects.filter(~Exists(beyond(actor=actor, permission=Permission.ACCESS_CONFIRM)))
    return found.select_related("user", "asked_by", "decided_by").order_by("-id")


def waiting(*, actor: Actor, by_others: bool = False) -> QuerySet[PasswordLink]:
    """Those that wait, oldest first; ``by_others`` leaves out what the actor asked for or would receive."""
    found = links(actor=actor).filter(status=PasswordLink.Status.ASKED)
    if by_others and actor.user_id is not None:
        found = found.exclude(user_id=actor.user_id).exclude(asked_by_id=actor.user_id)
    return found.order_by("id")


def waiting_for(*, actor: Actor, user_id: int) -> PasswordLink | None:
    """The link that waits for this person."""
    return waiting(actor=actor).filter(user_id=user_id).first()


def could_give(*, user: User, without: int | None, on: date) -> list[User]:
    """Who could give a link that ``without`` asks for: administrators over all of the person's roles, by name."""
    theirs = Appointment.objects.filter(user=user, status__in=_LIVE).select_related("scope__area")
    wanted = [(one.scope.area.path, one.scope.programme_code) for one in theirs]
    roles = [role.value for role in Role if Permission.ACCESS_CONFIRM in role.permissions]
    held = in_force(on=on).filter(role__in=roles).exclude(user_id__in=[user.pk, without or 0])
    covering: dict[User, set[int]] = {}
    for one in held.select_related("user", "scope__area"):
        area, programme = one.scope.area.path, one.scope.programme_code
        covered = {n for n, (path, code) in enumerate(wanted) if path.startswith(area) and programme in ("", code)}
        covering.setdefault(one.user, set()).update(covered)
    able = [who for who, covered in covering.items() if len(covered) == len(wanted)]
    return sorted(able, key=lambda who: (who.full_name, who.pk))
