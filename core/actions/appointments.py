"""Giving and taking roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import IntegrityError, connection
from django.utils import timezone

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.roles import GUARDED, SENSITIVE, Role
from core.acting import acting
from core.models import Appointment, Scope, User


class Refused(Exception):
    """An appointment that may not be; the message says why in plain words."""


class NotProposed(Refused):
    """Only a proposed appointment can be confirmed or refused."""


class NotInForce(Refused):
    """Only an appointment in force can be ended."""


class SecondPersonNeeded(Refused):
    """A sensitive role is confirmed by somebody other than who proposed it and who receives it."""


class IncompatibleRoles(Refused):
    """Two roles that nobody may hold on the same day."""


class NotToOneself(Refused):
    """Nobody proposes a role for themselves."""


class DaysOutOfOrder(Refused):
    """The last day lies before the first."""


class ActingNeedsEnd(Refused):
    """An acting appointment stands in for a while: it names its last day."""


class NotActive(Refused):
    """The account is deactivated."""


class LastAdministrator(Refused):
    """Nobody would be left who administers the whole country."""


_SENTENCES: dict[str, tuple[type[Refused], str]] = {
    "core_appointment_incompatible_roles": (
        IncompatibleRoles,
        "This person holds, or is to receive, a role that nobody may hold together with this one. End the other first.",
    ),
    "core_appointment_not_to_oneself": (NotToOneself, "Another administrator has to propose a role for you."),
    "core_appointment_days_in_order": (DaysOutOfOrder, "The last day must not lie before the first."),
    "core_appointment_acting_ends": (ActingNeedsEnd, "An acting appointment must name its last day."),
    "core_appointment_four_eyes": (SecondPersonNeeded, "Somebody else has to confirm this appointment."),
    "core_appointment_somebody_administers": (
        LastAdministrator,
        "This is the last administrator of the whole country. Appoint another first.",
    ),
    "core_appointment_sensitive_confirmed": (SecondPersonNeeded, "A second person has to confirm this role."),
}


@contextmanager
def _in_plain_words() -> Iterator[None]:
    """Turn what the database refuses into the sentence of its constraint; other errors pass as they are."""
    try:
        yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name not in _SENTENCES:
            raise
        kind, sentence = _SENTENCES[name]
        raise kind(sentence) from error


def propose(
    *,
    user_id: int,
    role: Role,
    scope_id: int,
    starts_on: date,
    actor: Actor,
    at: datetime,
    ends_on: date | None = None,
    kind: str = Appointment.Kind.SUBSTANTIVE,
    reason: str = "",
) -> Appointment:
    """Propose an appointment; one to a role that is not sensitive is in force at once.

    Repeats return the one that is there. The system's own proposals (the first administrators) are in force at once.
    Locks the user against being deactivated meanwhile.

    Raises:
        NotPermitted: the actor may not propose appointments for this place and programme.
        NotActive: the user's account is deactivated.
        IncompatibleRoles, NotToOneself, DaysOutOfOrder, ActingNeedsEnd: the database refused it.
    """
    with _in_plain_words(), acting(actor=actor, at=at, reason=reason):
        scope = Scope.objects.select_related("area").get(pk=scope_id)
        require_over(scope, permission=Permission.ACCESS_PROPOSE, actor=actor)
        if not User.objects.select_for_update(of=("self",)).get(pk=user_id).is_active:
            raise NotActive("This account is deactivated. Activate it first.")
        wanted = {
            "user_id": user_id,
            "role": role.value,
            "scope_id": scope_id,
            "starts_on": starts_on,
            "ends_on": ends_on,
        }
        same = Appointment.objects.filter(**wanted, status__in=["proposed", "in_force"]).first()
        if same:
            return same
        at_once = role not in SENSITIVE or actor.is_system
        appointment = Appointment.objects.create(
            **wanted,
            kind=kind,
            reason=reason,
            proposed_by_id=actor.user_id,
            status=Appointment.Status.IN_FORCE if at_once else Appointment.Status.PROPOSED,
        )
        audit.record(
            "appointment.propose",
            subject_type="appointment",
            subject_id=appointment.pk,
            details={"user": user_id, "role": role.value, "scope": scope_id, "status": appointment.status},
        )
        _end_links(appointment)
        sync(user_id=user_id, on=timezone.localdate(at))
    return appointment


def confirm(*, appointment_id: int, actor: Actor, at: datetime) -> Appointment:
    """Confirm a proposed appointment to a sensitive role. Locks it; a repeat by the same person writes nothing.

    Raises:
        NotPermitted: the actor may not confirm appointments for this place and programme.
        SecondPersonNeeded: the actor proposed it, or would receive it.
        NotProposed: it is not waiting.
    """
    with _in_plain_words(), acting(actor=actor, at=at):
        appointment = _locked(appointment_id, permission=Permission.ACCESS_CONFIRM, actor=actor)
        if appointment.status == Appointment.Status.IN_FORCE and appointment.confirmed_by_id == actor.user_id:
            return appointment
        if actor.user_id in (appointment.proposed_by_id, appointment.user_id):
            raise SecondPersonNeeded("Somebody else has to confirm this appointment.")
        if appointment.status != Appointment.Status.PROPOSED:
            raise NotProposed("This appointment is not waiting to be confirmed.")
        appointment.status = Appointment.Status.IN_FORCE
        appointment.confirmed_by_id = actor.user_id
        appointment.save(update_fields=["status", "confirmed_by"])
        _end_links(appointment)
        _record("appointment.confirm", appointment, at=at)
    return appointment


def refuse(*, appointment_id: int, actor: Actor, at: datetime, reason: str) -> Appointment:
    """Refuse a proposed appointment, or withdraw one's own proposal. Locks it; a repeat writes nothing.

    Raises:
        NotPermitted: the actor may not confirm appointments for this place and programme.
        NotProposed: it is not waiting.
    """
    with acting(actor=actor, at=at, reason=reason):
        appointment = _locked(appointment_id, permission=Permission.ACCESS_CONFIRM, actor=actor)
        if appointment.status == Appointment.Status.REFUSED:
            return appointment
        if appointment.status != Appointment.Status.PROPOSED:
            raise NotProposed("This appointment is not waiting to be confirmed.")
        appointment.status = Appointment.Status.REFUSED
        appointment.save(update_fields=["status"])
        _record("appointment.refuse", appointment, at=at)
    return appointment


def end(*, appointment_id: int, actor: Actor, at: datetime, reason: str) -> Appointment:
    """End an appointment today. Locks it; a repeat writes nothing.

    Raises:
        NotPermitted: the actor may not end appointments for this place and programme.
        NotInForce: it has not begun to count, or was refused.
        LastAdministrator: nobody else administers the whole country.
    """
    with _in_plain_words(), acting(actor=actor, at=at, reason=reason):
        appointment = _locked(appointment_id, permission=Permission.ACCESS_PROPOSE, actor=actor)
        if appointment.status == Appointment.Status.ENDED:
            return appointment
        if appointment.status != Appointment.Status.IN_FORCE:
            raise NotInForce("Only an appointment in force can be ended.")
        appointment.status = Appointment.Status.ENDED
        appointment.ends_on = max(appointment.starts_on, timezone.localdate(at))
        appointment.save(update_fields=["status", "ends_on"])
        _record("appointment.end", appointment, at=at)
    return appointment


def end_all(*, user_id: int, actor: Actor, at: datetime, reason: str) -> int:
    """End a person's appointments in force and refuse those proposed, in the caller's transaction; returns how many.

    Locks them in the order of their keys. ``end_all`` asks for the permission to propose alone: who may give a role
    may take back what is only proposed.

    Raises:
        NotPermitted: one of them lies outside the places that the actor holds.
        LastAdministrator: nobody else administers the whole country.
    """
    with _in_plain_words(), acting(actor=actor, at=at, reason=reason):
        live = Appointment.objects.select_for_update(of=("self",)).filter(user_id=user_id)
        live = live.filter(status__in=["proposed", "in_force"]).select_related("scope__area").order_by("id")
        for appointment in live:
            require_over(appointment.scope, permission=Permission.ACCESS_PROPOSE, actor=actor)
            if appointment.status == Appointment.Status.PROPOSED:
                appointment.status = Appointment.Status.REFUSED
                appointment.save(update_fields=["status"])
                _record("appointment.refuse", appointment, at=at)
            else:
                end(appointment_id=appointment.pk, actor=actor, at=at, reason=reason)
        return len(live)


def require_over(scope: Scope, *, permission: Permission, actor: Actor) -> None:
    """Raises: NotPermitted: the actor does not hold the permission over this place, and programme or all of them."""
    actor.require(permission)
    actor.require_in(permission, area_path=scope.area.path, programme_code=scope.programme_code)


def _end_links(appointment: Appointment) -> None:
    """A link to choose a password that one administrator gave ends where a guarded role begins to count."""
    if appointment.status != Appointment.Status.IN_FORCE or Role(appointment.role) not in GUARDED:
        return
    user = User.objects.select_for_update(of=("self",)).get(pk=appointment.user_id)
    if not user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])


def _locked(appointment_id: int, *, permission: Permission, actor: Actor) -> Appointment:
    appointments = Appointment.objects.select_for_update(of=("self",)).select_related("scope__area")
    appointment = appointments.get(pk=appointment_id)
    require_over(appointment.scope, permission=permission, actor=actor)
    return appointment


def _record(action: str, appointment: Appointment, *, at: datetime) -> None:
    """The audit row, then the permissions that follow from the appointments as they stand now."""
    audit.record(
        action,
        subject_type="appointment",
        subject_id=appointment.pk,
        details={"user": appointment.user_id, "role": appointment.role},
    )
    sync(user_id=appointment.user_id, on=timezone.localdate(at))


def scope_for(*, area_id: int, programme_code: str = "") -> Scope:
    """The scope of an area and a programme (empty: all), made at its first use."""
    return Scope.objects.get_or_create(area_id=area_id, programme_code=programme_code)[0]


# What the appointments in force on a day allow, and what of it is held: of one person, or of everybody.
_SYNC = """
WITH wanted AS (
    SELECT DISTINCT a.user_id, a.scope_id, p.id AS permission_id
    FROM core_appointment a JOIN core_user u ON u.id = a.user_id AND u.is_active
    JOIN unnest(%(roles)s::text[], %(allowed)s::text[]) AS allows(role, codename) ON allows.role = a.role
    JOIN auth_permission p ON p.codename = allows.codename
    JOIN django_content_type t ON t.id = p.content_type_id AND t.app_label = 'core' AND t.model = 'scope'
    WHERE a.status = 'in_force' AND a.starts_on <= %(on)s AND coalesce(a.ends_on, %(on)s) >= %(on)s
        AND (%(user)s::bigint IS NULL OR a.user_id = %(user)s)
), held AS (
    SELECT id, user_id, content_object_id AS scope_id, permission_id FROM core_scopeuserobjectpermission
    WHERE %(user)s::bigint IS NULL OR user_id = %(user)s
), gone AS (
    DELETE FROM core_scopeuserobjectpermission WHERE id IN (
        SELECT id FROM held WHERE (user_id, scope_id, permission_id) NOT IN (TABLE wanted)
    ) RETURNING 1
), come AS (
    INSERT INTO core_scopeuserobjectpermission (user_id, content_object_id, permission_id)
    SELECT * FROM (TABLE wanted EXCEPT SELECT user_id, scope_id, permission_id FROM held) missing ORDER BY 1, 2, 3
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM come)
"""
_ALLOWS = [(role.value, permission.codename) for role in Role for permission in role.permissions]


def sync(*, user_id: int | None = None, on: date) -> int:
    """Bring object permissions in step with the appointments in force on a day, of one person or of everybody.

    Returns how many changed.
    """
    roles, allowed = map(list, zip(*_ALLOWS, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_SYNC, {"user": user_id, "on": on, "roles": roles, "allowed": allowed})
        return int(cursor.fetchone()[0])


def sync_all(*, actor: Actor, at: datetime) -> int:
    """Bring everybody in step: appointments that began or ended since the last time."""
    with acting(actor=actor, at=at):
        changed = sync(on=timezone.localdate(at))
        if changed:
            audit.record("appointment.sync", subject_type="appointment", details={"changed": changed})
    return changed
