"""Payment cycles."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.locks import Lock
from core.triggers import acting_required, begins, moves


class PaymentCycle(models.Model):
    """The span of one programme that payrolls pay for, from one day to another, both included.

        OPEN -> CLOSED

    Spans of a programme never overlap. ``cutoff_on`` is the day as of which the beneficiary list is taken.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    programme = models.ForeignKey("eligibility.Programme", on_delete=models.PROTECT, related_name="cycles")
    code = models.TextField()
    period_from = models.DateField()
    period_to = models.DateField()
    cutoff_on = models.DateField()
    status = models.TextField(choices=Status.choices, default=Status.OPEN, db_default="open")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    one_shot = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="payments_cycle_code_once"),
            models.CheckConstraint(name="payments_cycle_days_in_order", condition=Q(period_to__gt=F("period_from"))),
        ]
        indexes = [models.Index(fields=["-period_from", "-id"], name="payments_cycle_newest")]
        triggers = [
            acting_required(),
            begins("status", "open"),
            moves("status", [("open", "closed")]),
            pgtrigger.ReadOnly(
                name="span_is_fixed", fields=["programme", "code", "period_from", "period_to", "cutoff_on"]
            ),
            pgtrigger.Trigger(
                name="no_overlap",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=pgtrigger.Func(
                    f"PERFORM pg_advisory_xact_lock({Lock.CYCLES:d}, NEW.programme_id::int); "
                    "IF EXISTS (SELECT FROM payments_paymentcycle WHERE programme_id = NEW.programme_id "
                    "AND daterange(period_from, period_to, '[]') && daterange(NEW.period_from, NEW.period_to, '[]')) "
                    "THEN RAISE EXCEPTION 'Another cycle of this programme covers some of these days' "
                    "USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'payments_cycle_no_overlap'; END IF; "
                    "RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.code
