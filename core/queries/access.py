"""Reading who may do what."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from core import statements
from core.access.actor import Actor, ActorKind, Grant
from core.access.permissions import Permission
from core.access.roles import GUARDED, Role
from core.models import Appointment, Area, User

_BY_CODENAME = {permission.codename: permission for permission in Permission}


# The user's name, and each appointment in force with what is held on its scope. ``{{user}}`` stands for who it is.
_ACTOR = f"""
SELECT u.full_name, a.role, a.scope_id, ARRAY(
        SELECT p.codename FROM core_scopeuserobjectpermission o JOIN auth_permission p ON p.id = o.permission_id
        WHERE o.user_id = u.id AND o.content_object_id = a.scope_id),
    place.id, place.path, place.district_id, s.programme_code, place.level
FROM core_user u
LEFT JOIN core_appointment a ON a.user_id = u.id AND u.is_active AND a.status = '{Appointment.Status.IN_FORCE}'
    AND a.starts_on <= %(on)s AND coalesce(a.ends_on, %(on)s) >= %(on)s
LEFT JOIN core_scope s ON s.id = a.scope_id
LEFT JOIN core_area place ON place.id = s.area_id
WHERE u.id = {{user}} ORDER BY a.id
"""
_ACTOR_OF_USER = _ACTOR.format(user="%(user)s")
ACTOR_OF_CLIENT = _ACTOR.format(user="client.user_id")
"""The rows that ``actor_from`` takes, for a statement that has found the client; asks for the day as ``on``."""


def in_force(*, on: date) -> QuerySet[Appointment]:
    """Appointments in force on a day."""
    return (
        Appointment.objects.filter(status=Appointment.Status.IN_FORCE, starts_on__lte=on, user__is_active=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .order_by("id")
    )


def actor_of(*, user_id: int, kind: ActorKind = ActorKind.USER, request_id: str = "", on: date | None = None) -> Actor:
    """The actor that a user is today: object permissions on scopes, as far as an appointment in force bears them.

    One statement. An appointment that ended yesterday counts no more, even before the permissions are swept.
    """
    rows = statements.look_up(_ACTOR_OF_USER, {"user": user_id, "on": on or timezone.localdate()})
    if not rows:
        raise User.DoesNotExist
    return actor_from(rows, user_id=user_id, kind=kind, request_id=request_id)


def actor_from(
    rows: Sequence[tuple[Any, ...]], *, user_id: int, kind: ActorKind = ActorKind.USER, request_id: str = ""
) -> Actor:
    """The actor of whom these rows tell."""
    grants: dict[Permission, dict[int, Grant]] = defaultdict(dict)
    for _name, role, scope_id, held, area_id, path, district_id, programme_code, level in rows:
        if role is not None:
            grant = Grant(area_id, path, district_id, programme_code, is_district=level == Area.Level.DISTRICT)
            for permission in Role(role).permissions:
                if permission.codename in held:
                    grants[permission][scope_id] = grant
    return Actor(
        kind=kind,
        user_id=user_id,
        name=rows[0][0],
        roles=frozenset(row[1] for row in rows if row[1] is not None),
        grants={permission: tuple(by_scope.values()) for permission, by_scope in grants.items()},
        request_id=request_id,
    )


def guarded(*, user_id: int, on: date, proposed: bool = False) -> bool:
    """Whether this person holds a role whose way to sign in takes two administrators, today or from a day to come.

    ``proposed``: or is to receive one.
    """
    states = [Appointment.Status.IN_FORCE, *([Appointment.Status.PROPOSED] if proposed else [])]
    theirs = Appointment.objects.filter(user_id=user_id, status__in=states, role__in=[role.value for role in GUARDED])
    return theirs.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on)).exists()


def holders(*, permission: Permission, area: Area, on: date, without: int | None = None) -> list[User]:
    """Who may decide for a place: the holders in the nearest area upwards that has any besides ``without``.

    This is the escalation: where a post is vacant (or its holder is the maker), the next area's holders decide.
    """
    roles = [role.value for role in Role if permission in role.permissions]
    for ancestor in [area, *reversed(Area.objects.get_ancestors(area))]:
        holding = in_force(on=on).filter(role__in=roles, scope__area=ancestor)
        users = [
            user for user in User.objects.filter(pk__in=holding.values("user_id")).order_by("id") if user.pk != without
        ]
        if users:
            return users
    return []


def administrators(*, on: date) -> list[User]:
    """Whom somebody without a role may ask for one: a few who keep appointments over the widest area."""
    root = Area.objects.get(level=Area.Level.COUNTRY)
    return holders(permission=Permission.ACCESS_PROPOSE, area=root, on=on)[:5]
