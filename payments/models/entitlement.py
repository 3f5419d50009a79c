"""What is owed, and what holds it back."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from core.triggers import acting_required, begins, identity_stays, moves, signs
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
            begins("status", "owed"),
            pgtrigger.Trigger(
                name="follows_its_line",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="before", new="now"),
                func=pgtrigger.Func(
                    "IF EXISTS (SELECT FROM before b JOIN now n ON n.id = b.id "
                    "JOIN payments_instruction i ON i.id = coalesce(n.live_instruction_id, b.live_instruction_id) "
                    "AND i.cycle_id = coalesce(n.live_cycle_id, b.live_cycle_id) "
                    "JOIN payments_payroll p ON p.id = i.payroll_id "
                    "WHERE (b.status, b.live_instruction_id, b.live_cycle_id) IS DISTINCT FROM "
                    "(n.status, n.live_instruction_id, n.live_cycle_id) AND NOT CASE n.status "
                    "WHEN 'owed' THEN i.status IN ('returned', 'withheld', 'cancelled') OR p.status = 'draft' "
                    "WHEN 'paid' THEN i.status = 'paid' AND b.live_instruction_id = n.live_instruction_id "
                    "AND b.live_cycle_id = n.live_cycle_id "
                    "WHEN 'in_payment' THEN b.status = 'owed' AND p.status = 'draft' AND i.status = 'pending' "
                    "AND i.entitlement_id = n.id AND i.amount_minor = n.amount_minor AND i.currency = n.currency "
                    "AND i.enrolment_id = n.enrolment_id ELSE true END) THEN "
                    "RAISE EXCEPTION 'What is owed follows its line: neither owed again while it is on its way, "
                    "nor paid by another' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_entitlement_follows_its_line'; END IF; "
                    "RETURN NULL;"
                ),
            ),
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
            identity_stays("programme_id", "reason", "case_reference", "placed_at", "placed_by_id"),
            signs("placed_by_id"),
            signs("lifted_by_id"),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"Hold on {self.household_id}"
