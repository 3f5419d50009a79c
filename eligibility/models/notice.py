"""News about a household that whoever decides about the list has to look at."""

from django.db import models

from core.triggers import acting_required, append_only


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
