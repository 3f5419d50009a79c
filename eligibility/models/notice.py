"""News about a household that whoever decides about the list has to look at."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.triggers import acting_required, append_only, signs
from eligibility.models.guards import settled_by_another


class EnrolmentNotice(models.Model):
    """A change of the household that may concern its place on the list. It suspends and ends nothing by itself.

    ``kind`` and ``change_reference`` name the change request, the visit (``visit_not_found`` and so on), or the day by
    which the household was to be seen again (``recertification_overdue``); ``proposes`` is what it suggests to whoever
    decides.
    """

    class Proposes(models.TextChoices):
        SUSPEND = "suspend", "Suspend, until somebody has looked into it"
        RECIPIENT = "recipient", "Name another recipient"
        REASSESS = "reassess", "Assess the household anew"
        SEE_AGAIN = "see_again", "See the household again"
        FIND_OUT = "find_out", "Find out what became of the household"

    enrolment = models.ForeignKey("eligibility.Enrolment", on_delete=models.PROTECT, related_name="notices")
    kind = models.TextField()
    change_reference = models.TextField()
    proposes = models.TextField(choices=Proposes.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "change_reference"], name="eligibility_notice_once_a_change")
        ]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return f"{self.change_reference}: {self.proposes}"


class NoticeSettlement(models.Model):
    """What somebody decided about a notice, and why. A notice is settled once, and never by who reported the change.

    What follows for the enrolment is its own move, with its own history, in the same act.
    """

    class Outcome(models.TextChoices):
        KEEP = "keep", "Leave it as it is"
        RECIPIENT = "recipient", "Another member receives"
        SUSPEND = "suspend", "Suspend"
        EXIT = "exit", "Take off the list"
        REJECT = "reject", "Reject the proposal"

    notice = models.OneToOneField(EnrolmentNotice, on_delete=models.PROTECT, related_name="settlement")
    outcome = models.TextField(choices=Outcome.choices)
    reason = models.TextField()
    settled_at = models.DateTimeField()
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="eligibility_settlement_has_reason", condition=Q(reason__regex=r"\S")),
        ]
        triggers = [acting_required(), append_only(), signs("settled_by_id"), settled_by_another()]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.outcome}"
