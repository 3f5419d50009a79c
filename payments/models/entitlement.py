"""What is owed, and what holds it back."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from core.triggers import acting_required, moves
from registry.models.guards import not_about_own_household


class Entitlement(models.Model):
    """What one enrolment is owed for one discrete period, priced by the rule in force on the period's first day.

        OWED -> IN_PAYMENT -> PAID
        IN_PAYMENT -> OWED          (returned, withheld, or its payroll taken apart)
        OWED -> CANCELLED

    Never partitioned: here it is unique that a period of an enrolment is paid once. ``live_line`` is the number of
    its one living instruction in ``live_cycle``. ``facts`` are the inputs that it was priced on.
    """

    class Status(models.TextChoices):
        OWED = "owed", "Owed"
        IN_PAYMENT = "in_payment", "In payment"
        PAID = "paid", "Paid"
        CANCELLED = "cancelled", "Cancelled"

    class Kind(models.TextChoices):
        REGULAR = "regular", "Regular"
        ARREARS = "arrears", "Arrears"

    enrolment = models.ForeignKey("eligibility.Enrolment", on_delete=models.PROTECT, related_name="entitlements")
    programme = models.ForeignKey(
        "eligibility.Programme", on_delete=models.PROTECT, related_name="entitlements", db_index=False
    )
    kind = models.TextField(choices=Kind.choices, default=Kind.REGULAR, db_default="regular")
    period_from = models.DateField()
    period_to = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rules = models.ForeignKey(
        "eligibility.ProgrammeRules", on_delete=models.PROTECT, related_name="entitlements", db_index=False
    )
    facts = models.JSONField(default=dict)
    status = models.TextField(choices=Status.choices, default=Status.OWED, db_default="owed")
    live_instruction_id = models.BigIntegerField(null=True)
    live_cycle = models.ForeignKey(
        "payments.PaymentCycle", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "period_from", "kind"], name="payments_entitlement_once"),
            models.UniqueConstraint(
                fields=["live_cycle", "live_instruction_id"],
                condition=Q(live_instruction_id__isnull=False),
                name="payments_entitlement_one_instruction",
            ),
            models.CheckConstraint(name="payments_entitlement_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="payments_entitlement_live_when_in_payment",
                condition=Q(
                    status__in=["in_payment", "paid"], live_instruction_id__isnull=False, live_cycle__isnull=False
                )
                | Q(status__in=["owed", "cancelled"], live_instruction_id__isnull=True, live_cycle__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["programme", "period_from", "id"], condition=Q(status="owed"), name="payments_entitlement_owed"
            )
        ]
        triggers = [
            acting_required(),
            moves(
                "status",
                [("owed", "in_payment"), ("in_payment", "paid"), ("in_payment", "owed"), ("owed", "cancelled")],
            ),
            pgtrigger.ReadOnly(
                name="price_stays",
                fields=[
                    "enrolment",
                    "programme",
                    "kind",
                    "period_from",
                    "period_to",
                    "amount_minor",
                    "currency",
                    "rules",
                ],
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.period_from}"


class Hold(models.Model):
    """Payments to a household are held back while something is unclear. Lifted by a dated act, never removed.

    ``programme`` null holds back every programme. A held line is left out of a payroll, or withheld at release.
    """

    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="payment_holds")
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("eligibility.Programme", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    case_reference = models.TextField(blank=True, default="", db_default="")
    placed_at = models.DateTimeField()
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household", "programme", "case_reference"],
                condition=Q(lifted_at__isnull=True),
                name="payments_hold_once_a_case",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="payments_hold_reason_given", condition=~Q(reason="")),
        ]
        triggers = [
            acting_required(),
            not_about_own_household(constraint="payments_hold_not_ones_own", insert=True),
        ]

    def __str__(self) -> str:
        return f"Hold on {self.household_id}"
