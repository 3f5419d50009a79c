"""Heavy work as rows."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.triggers import moves


class Job(models.Model):
    """One piece of heavy work: the row is the truth, the queue a hint.

        QUEUED -> RUNNING -> DONE | FAILED
        RUNNING -> QUEUED                  (given back by a worker that stops)
        QUEUED -> CANCELLED, FAILED -> QUEUED (tried again by a person)

    A worker holds a lease with a fencing token: every claim raises ``lease_token``, and a part commits its work only
    together with its progress under its own token. Of one ``identity`` at most one job is alive.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    kind = models.TextField()
    identity = models.TextField()
    label = models.TextField(blank=True, default="")
    status = models.TextField(choices=Status.choices, default=Status.QUEUED)
    parameters = models.JSONField(default=dict)
    state = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    parts_total = models.IntegerField(null=True)
    parts_done = models.IntegerField(default=0)
    error = models.TextField(blank=True, default="")
    attempts = models.IntegerField(default=0)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_kind = models.TextField()
    reason = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.BigIntegerField(default=0)
    worker = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["identity"], condition=Q(status__in=["queued", "running"]), name="core_job_one_alive"
            ),
            models.CheckConstraint(
                name="core_job_parts_in_range",
                condition=Q(parts_total__isnull=True) | Q(parts_done__lte=F("parts_total")),
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(status__in=["queued", "running"]), name="core_job_alive")
        ]
        triggers = [
            moves(
                "status",
                [
                    ("queued", "running"),
                    ("running", "done"),
                    ("running", "failed"),
                    ("running", "queued"),
                    ("queued", "cancelled"),
                    ("queued", "failed"),
                    ("failed", "queued"),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.label or self.kind} ({self.status})"

    @property
    def percent(self) -> int:
        """How far, 0 to 100; 0 while the parts are not known."""
        if self.status == self.Status.DONE:
            return 100
        return 100 * self.parts_done // self.parts_total if self.parts_total else 0
