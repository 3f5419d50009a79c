"""Links to choose a password that two administrators give together."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import acting_required, begins, identity_stays, moves, signs


class PasswordLink(models.Model):
    """A new one-time link for somebody who holds a guarded role (``core.access.roles.GUARDED``).

        ASKED -> GIVEN
        ASKED -> REFUSED

    One administrator asks, another one gives it and is the only one who sees it; the link itself is kept nowhere. The
    trigger ``core_user_password_by_two`` lets nobody choose a password by a link that was not given so.
    """

    class Status(models.TextChoices):
        ASKED = "asked", "Waits for a second administrator"
        GIVEN = "given", "Given"
        REFUSED = "refused", "Refused"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="password_links")
    status = models.TextField(choices=Status.choices, default=Status.ASKED)
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(status="asked"), name="core_passwordlink_one_waiting"),
            models.CheckConstraint(
                name="core_passwordlink_not_for_oneself",
                condition=~Q(asked_by=F("user")) & (Q(decided_by__isnull=True) | ~Q(decided_by=F("user"))),
            ),
            models.CheckConstraint(
                name="core_passwordlink_four_eyes",
                condition=~Q(status="given") | Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="core_passwordlink_decided",
                condition=Q(status="asked", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(status="asked") & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]
        triggers = [
            acting_required(),
            begins("status", "asked"),
            signs("asked_by_id"),
            signs("decided_by_id"),
            identity_stays("user_id", "reason", "asked_by_id", "asked_at"),
            moves("status", [("asked", "given"), ("asked", "refused")]),
        ]

    def __str__(self) -> str:
        return f"Link for {self.user_id}: {self.status}"
