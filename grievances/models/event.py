"""What happened in a case, as the officers and the complainant see it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.triggers import acting_required, append_only


class CaseEvent(models.Model):
    """One line of a case's timeline. The complainant sees the ``public`` ones, without the officer's name.

    Append-only: what was said to a complainant cannot be unsaid.
    """

    class Kind(models.TextChoices):
        LODGED = "lodged", _("Lodged")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        ASSIGNED = "assigned", _("Given to an officer")
        TAKEN = "taken", _("Taken up")
        NOTE = "note", _("Internal note")
        MESSAGE = "message", _("Message to the complainant")
        REPLY = "reply", _("Message from the complainant")
        HOUSEHOLD = "household", _("Household confirmed")
        NAMED = "named", _("Officer named")
        SENSITIVE = "sensitive", _("Made sensitive")
        DECIDED = "decided", _("Decided")
        REMEDY = "remedy", _("Remedy")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        APPEALED = "appealed", _("Appealed")

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
