"""Who may do what, where and since when."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from guardian.models import UserObjectPermissionBase

from core.access.permissions import Permission
from core.access.roles import INCOMPATIBLE, SENSITIVE, Role
from core.history import tracked
from core.locks import Lock
from core.models.area import Area
from core.triggers import acting_required, moves, signs


class Scope(models.Model):
    """What an appointment covers: an area with all below it, and one programme or all (``programme_code`` empty)."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="scopes")
    programme_code = models.TextField(blank=True, default="")

    class Meta:
        default_permissions = ()
        permissions = [(permission.codename, permission.label) for permission in Permission]
        constraints = [
            models.UniqueConstraint(fields=["area", "programme_code"], name="core_scope_once"),
        ]

    def __str__(self) -> str:
        return f"{self.area}, {self.programme_code or 'all programmes'}"


class ScopeUserObjectPermission(UserObjectPermissionBase):
    """django-guardian's row: this user holds this permission on this scope (kept in step with the appointments)."""

    content_object = models.ForeignKey(Scope, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        pass


def _pairs() -> str:
    return ", ".join(
        f"('{left}', '{right}'), ('{right}', '{left}')" for left, right in sorted(sorted(pair) for pair in INCOMPATIBLE)
    )


def _administers(row: str) -> str:
    """SQL: this row of appointments, joined with scope ``s`` and area ``a``, administers all today."""
    return (
        f"{row}.role = 'administrator' AND {row}.status = 'in_force' AND a.level = 'country' "
        f"AND s.programme_code = '' AND {row}.starts_on <= today AND coalesce({row}.ends_on, today) >= today"
    )


_AREA_OF = "JOIN core_scope s ON s.id = {row}.scope_id JOIN core_area a ON a.id = s.area_id"


@tracked()
class Appointment(models.Model):
    """A user holds a role for a scope, from one day to another.

        PROPOSED -> IN_FORCE -> ENDED
        PROPOSED -> REFUSED

    A sensitive role is in force only after a second person has confirmed it. An acting appointment stands in where a
    post is vacant: it needs an end. Incompatible roles whose days overlap are refused, whatever their scopes.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        IN_FORCE = "in_force", "In force"
        ENDED = "ended", "Ended"
        REFUSED = "refused", "Refused"

    class Kind(models.TextChoices):
        SUBSTANTIVE = "substantive", "Substantive"
        ACTING = "acting", "Acting"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments")
    role = models.TextField(choices=[(role.value, role.label) for role in Role])
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="appointments")
    kind = models.TextField(choices=Kind.choices, default=Kind.SUBSTANTIVE)
    status = models.TextField(choices=Status.choices, default=Status.PROPOSED)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="core_appointment_days_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="core_appointment_acting_ends",
                condition=Q(kind="substantive") | Q(ends_on__isnull=False),
            ),
            models.CheckConstraint(
                name="core_appointment_four_eyes",
                condition=Q(confirmed_by__isnull=True)
                | (~Q(confirmed_by=F("user")) & (Q(proposed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")))),
            ),
            models.CheckConstraint(
                name="core_appointment_not_to_oneself",
                condition=Q(proposed_by__isnull=True) | ~Q(proposed_by=F("user")),
            ),
            models.CheckConstraint(
                name="core_appointment_sensitive_confirmed",
                condition=~Q(role__in=sorted(role.value for role in SENSITIVE))
                | ~Q(status="in_force")
                | Q(confirmed_by__isnull=False)
                | Q(proposed_by__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["user", "status"], name="core_appointment_live")]
        triggers = [
            acting_required(),
            pgtrigger.Trigger(
                name="confirmed_first",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(
                    new__status="in_force",
                    new__role__in=sorted(role.value for role in SENSITIVE),
                    new__confirmed_by__isnull=True,
                ),
                func=pgtrigger.Func(
                    "IF coalesce(current_setting('core.actor_kind', true), '') <> 'system' THEN "
                    "RAISE EXCEPTION 'A sensitive role waits for a second person' USING ERRCODE = 'check_violation', "
                    "CONSTRAINT = 'core_appointment_confirmed_first'; END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="somebody_administers",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="before"),
                declare=[
                    # The country's day: that of the session's time zone (UTC) begins at another hour.
                    ("today", "date := coalesce(nullif(current_setting('core.today', true), '')::date, current_date)")
                ],
                func=pgtrigger.Func(
                    f"IF EXISTS (SELECT FROM before b {_AREA_OF.format(row='b')} WHERE {_administers('b')}) THEN "
                    # One after the other: of two who end one another's at once, the second finds the first gone.
                    f"PERFORM pg_advisory_xact_lock({Lock.ADMINISTRATORS:d}); "
                    f"IF NOT EXISTS (SELECT FROM core_appointment p {_AREA_OF.format(row='p')} "
                    f"JOIN core_user u ON u.id = p.user_id AND u.is_active WHERE {_administers('p')}) THEN "
                    "RAISE EXCEPTION 'Somebody must be left who administers the whole country' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'core_appointment_somebody_administers'; "
                    "END IF; END IF; RETURN NULL;"
                ),
            ),
            signs("proposed_by_id"),
            signs("confirmed_by_id"),
            moves(
                "status",
                [("proposed", "in_force"), ("proposed", "refused"), ("in_force", "ended")],
            ),
            pgtrigger.Trigger(
                name="incompatible_roles",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__status__in=["proposed", "in_force"]),
                declare=[("other", "text")],
                func=pgtrigger.Func(
                    f"PERFORM pg_advisory_xact_lock({Lock.APPOINTMENTS:d}, NEW.user_id::int); "
                    "SELECT role INTO other FROM core_appointment WHERE user_id = NEW.user_id AND id <> NEW.id "
                    "AND status IN ('proposed', 'in_force') "
                    f"AND (role, NEW.role) IN (VALUES {_pairs()}) "
                    "AND daterange(starts_on, ends_on, '[]') && daterange(NEW.starts_on, NEW.ends_on, '[]') LIMIT 1; "
                    "IF other IS NOT NULL THEN RAISE EXCEPTION "
                    "'Nobody may hold % and % at the same time', other, NEW.role "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'core_appointment_incompatible_roles'; END IF; "
                    "RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user} ({self.scope})"
