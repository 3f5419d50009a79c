"""Giving and taking roles."""

from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from guardian.shortcuts import assign_perm, remove_perm

from core import audit
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.roles import SENSITIVE, Role
from core.acting import acting
from core.models import Appointment, Scope, ScopeUserObjectPermission, User
from core.queries.access import in_force


class NotProposed(Exception):
    """Only a proposed appointment can be confirmed or refused."""


class SecondPersonNeeded(Exception):
    """A sensitive role is confirmed by somebody other than who proposed it and who receives it."""


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

    Raises:
        NotPermitted: the actor may not propose appointments.
        IntegrityError: incompatible with a role held on the same days, or to oneself (refused by the database).
    """
    actor.require(Permission.ACCESS_PROPOSE)
    with acting(actor=actor, at=at, reason=reason):
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
        sync(user_id=user_id, on=timezone.localdate(at))
    return appointment


def confirm(*, appointment_id: int, actor: Actor, at: datetime) -> Appointment:
    """Confirm a proposed appointment to a sensitive role. Locks it; a repeat by the same person writes nothing.

    Raises:
        NotPermitted: the actor may not confirm appointments.
        SecondPersonNeeded: the actor proposed it, or would receive it.
        NotProposed: it is not waiting.
    """
    actor.require(Permission.ACCESS_CONFIRM)
    with acting(actor=actor, at=at):
        appointment = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment_id)
        if appointment.status == Appointment.Status.IN_FORCE and appointment.confirmed_by_id == actor.user_id:
            return appointment
        if actor.user_id in (appointment.proposed_by_id, appointment.user_id):
            raise SecondPersonNeeded("Somebody else has to confirm this appointment.")
        if appointment.status != Appointment.Status.PROPOSED:
            raise NotProposed("This appointment is not waiting to be confirmed.")
        appointment.status = Appointment.Status.IN_FORCE
        appointment.confirmed_by_id = actor.user_id
        appointment.save(update_fields=["status", "confirmed_by"])
        audit.record("appointment.confirm", subject_type="appointment", subject_id=appointment.pk)
        sync(user_id=appointment.user_id, on=timezone.localdate(at))
    return appointment


def end(*, appointment_id: int, actor: Actor, at: datetime, reason: str) -> Appointment:
    """End an appointment today; a repeat writes nothing.

    Raises:
        NotPermitted: the actor may not end appointments.
    """
    actor.require(Permission.ACCESS_PROPOSE)
    with acting(actor=actor, at=at, reason=reason):
        appointment = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment_id)
        if appointment.status == Appointment.Status.ENDED:
            return appointment
        if appointment.status != Appointment.Status.IN_FORCE:
            raise NotProposed("Only an appointment in force can be ended.")
        appointment.status = Appointment.Status.ENDED
        appointment.ends_on = max(appointment.starts_on, timezone.localdate(at))
        appointment.save(update_fields=["status", "ends_on"])
        audit.record("appointment.end", subject_type="appointment", subject_id=appointment.pk)
        sync(user_id=appointment.user_id, on=timezone.localdate(at))
    return appointment


def scope_for(*, area_id: int, programme_code: str = "") -> Scope:
    """The scope of an area and a programme (empty: all), made at its first use."""
    return Scope.objects.get_or_create(area_id=area_id, programme_code=programme_code)[0]


def sync(*, user_id: int, on: date) -> int:
    """Bring a user's object permissions in step with the appointments in force on a day; returns how many changed."""
    user = User.objects.get(pk=user_id)
    appointments = in_force(on=on).filter(user_id=user_id).select_related("scope")
    scopes = {appointment.scope_id: appointment.scope for appointment in appointments}
    wanted = {
        (appointment.scope_id, permission.codename)
        for appointment in appointments
        for permission in Role(appointment.role).permissions
    }
    held = set(
        ScopeUserObjectPermission.objects.filter(user_id=user_id).values_list(
            "content_object_id", "permission__codename"
        )
    )
    for scope_id, codename in sorted(wanted - held):
        assign_perm(codename, user, scopes[scope_id])
    for scope_id, codename in sorted(held - wanted):
        remove_perm(codename, user, Scope.objects.get(pk=scope_id))
    return len(wanted ^ held)


def sync_all(*, actor: Actor, at: datetime) -> int:
    """Bring everybody in step: appointments that began or ended since the last time."""
    changed = 0
    with acting(actor=actor, at=at):
        on = timezone.localdate(at)
        users = User.objects.filter(
            Q(appointments__isnull=False) | Q(pk__in=ScopeUserObjectPermission.objects.values("user_id"))
        )
        for user_id in users.order_by("id").values_list("id", flat=True).distinct():
            changed += sync(user_id=user_id, on=on)
        if changed:
            audit.record("appointment.sync", subject_type="appointment", details={"changed": changed})
    return changed
