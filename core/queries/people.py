"""Reading who works here, for those who keep appointments."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.models import Appointment, Area, AuditEntry, User

_LIVE = [Appointment.Status.PROPOSED, Appointment.Status.IN_FORCE]
_ACTS = ("appointment.", "password_link.", "user.")


def in_scope(actor: Actor, permission: Permission) -> Q:
    """Appointments over the places and programmes for which the actor holds the permission."""
    return within(
        actor, permission, area="scope__area", district="scope__area__district", programme="scope__programme_code"
    )


def appointments(*, actor: Actor) -> QuerySet[Appointment]:
    """Appointments over the places whose appointments the actor keeps; newest first."""
    return (
        Appointment.objects.filter(in_scope(actor, Permission.ACCESS_PROPOSE))
        .select_related("scope__area", "user", "proposed_by", "confirmed_by")
        .order_by("-id")
    )


def beyond(*, actor: Actor, permission: Permission) -> QuerySet[Appointment]:
    """For a row with a ``user``: that person's appointments, in force or proposed, outside the actor's places."""
    theirs = Appointment.objects.filter(user=OuterRef("user"), status__in=_LIVE)
    # Who holds all places has no condition, and excluding none would exclude nothing.
    return theirs.exclude(pk__in=Appointment.objects.filter(in_scope(actor, permission)).values("pk"))


def people(*, actor: Actor, search: str = "", state: str = "") -> QuerySet[User]:
    """People whom the actor may appoint: those with a role in the actor's places, and those without any role.

    Each with ``live``: the appointments that the actor sees, in force or proposed. ``state``: ``active``, ``closed``,
    ``without`` (no role) or empty. By name.
    """
    if not actor.may(Permission.ACCESS_PROPOSE):
        return User.objects.none()
    theirs = Appointment.objects.filter(user=OuterRef("pk"))
    seen = theirs.filter(in_scope(actor, Permission.ACCESS_PROPOSE))
    rows = User.objects.filter(Exists(seen) | ~Exists(theirs.filter(status__in=_LIVE)))
    for word in search.split():
        rows = rows.filter(Q(full_name__icontains=word) | Q(email__icontains=word))
    if state == "active":
        rows = rows.filter(is_active=True)
    elif state == "closed":
        rows = rows.filter(is_active=False)
    elif state == "without":
        rows = rows.filter(~Exists(theirs.filter(status__in=_LIVE)), is_active=True)
    live = appointments(actor=actor).filter(status__in=_LIVE).order_by("id")
    return rows.prefetch_related(Prefetch("appointments", queryset=live, to_attr="live")).order_by("full_name", "id")


def person(*, actor: Actor, user_id: int) -> User | None:
    """One of ``people``."""
    return people(actor=actor).filter(pk=user_id).first()


def email_taken(email: str) -> bool:
    """Whether somebody signs in by this address, in the actor's places or elsewhere."""
    return User.objects.filter(email__iexact=email).exists()


def appointment(*, actor: Actor, appointment_id: int) -> Appointment | None:
    """One of ``appointments``."""
    return appointments(actor=actor).filter(pk=appointment_id).first()


def to_confirm(*, actor: Actor, by_others: bool = False) -> QuerySet[Appointment]:
    """Proposed appointments that wait for a second person over the actor's places; oldest first.

    ``by_others`` leaves out those that the actor proposed or would receive, and so cannot confirm.
    """
    waiting = Appointment.objects.filter(in_scope(actor, Permission.ACCESS_CONFIRM), status=Appointment.Status.PROPOSED)
    if by_others and actor.user_id is not None:
        waiting = waiting.exclude(user_id=actor.user_id)
        waiting = waiting.exclude(proposed_by_id__isnull=False, proposed_by_id=actor.user_id)
    return waiting.select_related("scope__area", "user", "proposed_by").order_by("id")


def acts_on(*, actor: Actor, user_id: int) -> list[AuditEntry]:
    """What was done to a person's account and to those of their appointments that the actor sees; newest first."""
    theirs = list(appointments(actor=actor).filter(user_id=user_id).values_list("id", flat=True))
    about = Q(subject_type="user", subject_id=user_id) | Q(subject_type="appointment", subject_id__in=theirs)
    kinds = Q(*(("action__startswith", kind) for kind in _ACTS), _connector=Q.OR)
    return list(AuditEntry.objects.filter(about).filter(kinds).order_by("-id")[:100])


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of users by their numbers: logs keep numbers alone."""
    wanted = {number for number in ids if number is not None}
    return dict(User.objects.filter(pk__in=wanted).values_list("id", "full_name"))


def places_to_appoint(*, actor: Actor) -> list[Area]:
    """Country, districts and councils that the actor may appoint to, in the order of the tree."""
    levels = [Area.Level.COUNTRY, Area.Level.DISTRICT, Area.Level.COUNCIL]
    mine = Q()
    if not actor.is_system:
        paths = [grant.area_path for grant in actor.grants.get(Permission.ACCESS_PROPOSE, ())]
        mine = Q(pk__in=[])
        for path in paths:
            mine |= Q(path__startswith=path)
    return list(Area.objects.filter(mine, level__in=levels).order_by("path"))
