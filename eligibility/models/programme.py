"""Programmes and their rules, as dated data."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.history import tracked
from core.triggers import acting_required, moves
from eligibility.models.formula import ReleaseStatus
from eligibility.models.guards import released_never_changes


@tracked()
class Programme(models.Model):
    """A programme that somebody may be on the list of.

        DRAFT -> OPEN <-> CLOSED

    ``unit`` says who is assessed and enrolled: households or persons. ``recipient_kind`` says who receives for the
    beneficiary. ``recertify_months`` after enrolment the list must be proved again; null: never.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    class Unit(models.TextChoices):
        HOUSEHOLD = "household", "Households"
        PERSON = "person", "Persons"

    class RecipientKind(models.TextChoices):
        SELF = "self", "The person"
        CAREGIVER = "caregiver", "The caregiver"
        REFERENCE = "reference", "The reference person"

    code = models.TextField(unique=True)
    name = models.TextField()
    unit = models.TextField(choices=Unit.choices)
    status = models.TextField(choices=Status.choices, default=Status.DRAFT)
    validation_required = models.BooleanField(default=False)
    recertify_months = models.IntegerField(null=True)
    recipient_kind = models.TextField(choices=RecipientKind.choices)
    frequency_months = models.IntegerField()
    currency = models.CharField(max_length=3)
    content = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="eligibility_programme_frequency", condition=Q(frequency_months__gte=1, frequency_months__lte=12)
            ),
            models.CheckConstraint(
                name="eligibility_programme_recipient_fits_unit",
                condition=~Q(unit="household") | ~Q(recipient_kind="self"),
            ),
        ]
        triggers = [
            acting_required(),
            moves("status", [("draft", "open"), ("open", "closed"), ("closed", "open")]),
        ]

    def __str__(self) -> str:
        return self.name


class ProgrammeRules(models.Model):
    """A version of who is eligible and what is paid, in the rules language.

    DRAFT -> RELEASED        (by a second person; a released version never changes)

    In force on a day: the released version with the latest ``valid_from`` up to it. ``criteria`` is a condition,
    ``amount`` a number of *major* units of the programme's currency for one period of ``frequency_months``; both may
    name the parameters. ``parameters`` is a list of ``{code, value, unit, valid_from, source}``: of one code the
    latest ``valid_from`` up to the day holds.
    """

    Status = ReleaseStatus

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="rules")
    version = models.IntegerField()
    valid_from = models.DateField()
    criteria = models.TextField()
    amount = models.TextField()
    frequency_months = models.IntegerField()
    parameters = models.JSONField(default=list)
    formula = models.ForeignKey("eligibility.Formula", null=True, on_delete=models.PROTECT, related_name="+")
    source = models.TextField(blank=True, default="")
    caution = models.TextField(blank=True, default="")
    status = models.TextField(choices=ReleaseStatus.choices, default=ReleaseStatus.DRAFT)
    digest = models.CharField(max_length=64)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "version"], name="eligibility_rules_version_once"),
            models.UniqueConstraint(
                fields=["programme", "valid_from"],
                condition=Q(status="released"),
                name="eligibility_rules_one_in_force",
            ),
            models.CheckConstraint(name="eligibility_rules_four_eyes", condition=~Q(released_by=F("prepared_by"))),
            models.CheckConstraint(
                name="eligibility_rules_released_at",
                condition=Q(status="draft", released_at__isnull=True) | Q(status="released", released_at__isnull=False),
            ),
        ]
        triggers = [acting_required(), moves("status", [("draft", "released")]), released_never_changes()]

    def __str__(self) -> str:
        return f"{self.programme_id}, version {self.version}"
