"""What may be spent on a programme in a financial year."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from core.triggers import acting_required, append_only


class Budget(models.Model):
    """One programme's money for one financial year, in minor units of ``currency``."""

    programme = models.ForeignKey("eligibility.Programme", on_delete=models.PROTECT, related_name="budgets")
    code = models.TextField(unique=True)
    year_from = models.DateField()
    year_to = models.DateField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "year_from"], name="payments_budget_one_a_year"),
            models.CheckConstraint(name="payments_budget_not_negative", condition=Q(amount_minor__gte=0)),
            models.CheckConstraint(
                name="payments_budget_year_in_order", condition=Q(year_to__gt=models.F("year_from"))
            ),
        ]
        triggers = [
            acting_required(),
            pgtrigger.ReadOnly(
                name="budget_stays", fields=["programme", "code", "year_from", "year_to", "currency", "amount_minor"]
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def year_label(self) -> str:
        """``2026/27``, or ``2026`` where the year is a calendar year."""
        first, last = self.year_from.year, self.year_to.year
        return str(first) if first == last else f"{first}/{last % 100:02}"


class BudgetRelease(models.Model):
    """The treasury makes part of a budget available. The releases of a budget never exceed it. Append-only."""

    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="releases")
    reference = models.TextField(unique=True)
    amount_minor = models.BigIntegerField()
    released_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(name="payments_release_positive", condition=Q(amount_minor__gt=0))]
        triggers = [
            acting_required(),
            append_only(),
            pgtrigger.Trigger(
                name="within_budget",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("whole", "bigint"), ("before", "bigint")],
                func=pgtrigger.Func(
                    "SELECT amount_minor INTO whole FROM payments_budget WHERE id = NEW.budget_id FOR UPDATE; "
                    "SELECT coalesce(sum(amount_minor), 0) INTO before FROM payments_budgetrelease "
                    "WHERE budget_id = NEW.budget_id; "
                    "IF before + NEW.amount_minor > whole THEN RAISE EXCEPTION "
                    "'The releases of a budget cannot exceed the budget' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_release_within_budget'; END IF; "
                    "RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
