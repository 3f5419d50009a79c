"""What happened in a case, as the officers and the complainant see it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.triggers import acting_required, append_only


class CaseEvent(models.Model):
    """One line of a case's timeline. The complainant sees the ``public`` ones, without the officer's name.

    Append-only: what was said to a complainant cannot be unsaid.
    """

    class Kind(models.TextChoices):
        LODGED = "lodged", "Lodged"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        ASSIGNED = "assigned", "Given to an officer"
        TAKEN = "taken", "Taken up"
        NOTE = "note", "Internal note"
        MESSAGE = "message", "Message to the complainant"
        REPLY = "reply", "Message from the complainant"
        HOUSEHOLD = "household", "Household confirmed"
        NAMED = "named", "Officer named"
        SENSITIVE = "sensitive", "Made sensitive"
        DECIDED = "decided", "Decided"
        REMEDY = "remedy", "Remedy"
        CLOSED = "closed", "Closed"
        WITHDRAWN = "withdrawn", "Withdrawn"
        APPEALED = "appealed", "Appealed"

    case = models.ForeignKey("grievances.Case", on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.TextField(choices=Kind.choices)
    public = models.BooleanField()
    text = models.TextField(blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    one_shot = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="grievances_event_notes_stay_inside",
                condition=~Q(kind__in=["note", "named", "household", "sensitive"]) | Q(public=False),
            ),
        ]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.case_id})"
