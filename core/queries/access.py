"""Reading who may do what."""

from collections import defaultdict
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.access.actor import Actor, ActorKind, Grant
from core.access.permissions import Permission
from core.access.roles import GUARDED, Role
from core.models import Appointment, Area, ScopeUserObjectPermission, User

_BY_CODENAME = {permission.codename: permission for permission in Permission}


def in_force(*, on: date) -> QuerySet[Appointment]:
    """Appointments in force on a day."""
    return (
        Appointment.objects.filter(status=Appointment.Status.IN_FORCE, starts_on__lte=on, user__is_active=True)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
        .order_by("id")
    )


def actor_of(*, user_id: int, kind: ActorKind = ActorKind.USER, request_id: str = "", on: date | None = None) -> Actor:
    """The actor that a user is today: object permissions on scopes, as far as an appointment in force bears them.

    Two statements. An appointment that ended yesterday counts no more, even before the permissions are swept.
    """
    on = on or timezone.localdate()
    appointments = list(in_force(on=on).filter(user_id=user_id).select_related("user", "scope__area"))
    held = set(
        ScopeUserObjectPermission.objects.filter(user_id=user_id).values_list(
            "content_object_id", "permission__codename"
        )
    )
    grants: dict[Permission, dict[int, Grant]] = defaultdict(dict)
    for appointment in appointments:
        scope, area = appointment.scope, appointment.scope.area
        grant = Grant(
            area_id=area.pk,
            area_path=area.path,
            district_id=area.district_id,
            programme_code=scope.programme_code,
            is_district=area.level == Area.Level.DISTRICT,
        )
        for permission in Role(appointment.role).permissions:
            if (scope.pk, permission.codename) in held:
                grants[permission][scope.pk] = grant
    name = appointments[0].user.full_name if appointments else User.objects.get(pk=user_id).full_name
    return Actor(
        kind=kind,
        user_id=user_id,
        name=name,
        roles=frozenset(appointment.role for appointment in appointments),
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
