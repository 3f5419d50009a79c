"""Reading the logs: for auditors and the data protection officer."""

from django.db.models import QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.models import AuditEntry, ReadEntry


def entries(*, actor: Actor) -> QuerySet[AuditEntry]:
    """The audit log, newest first."""
    actor.require(Permission.AUDIT_VIEW)
    return AuditEntry.objects.order_by("-id")


def reads(*, actor: Actor) -> QuerySet[ReadEntry]:
    """The log of reads of personal data, newest first."""
    actor.require(Permission.AUDIT_VIEW)
    return ReadEntry.objects.order_by("-id")
