"""Files to and from providers."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from core.triggers import acting_required, append_only


class ProviderFile(models.Model):
    """A file that a released payroll sends to a provider: one of each kind, made with the release."""

    class Kind(models.TextChoices):
        PAIN001 = "pain001", "Credit transfers (ISO 20022 pain.001)"
        PAYPOINT_PDF = "paypoint_pdf", "Pay-point list to print"
        PAYPOINT_XLSX = "paypoint_xlsx", "Pay-point list as a workbook"

    payroll = models.ForeignKey("payments.Payroll", on_delete=models.PROTECT, related_name="files")
    kind = models.TextField(choices=Kind.choices)
    stored = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    line_count = models.IntegerField()
    total_minor = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payroll", "kind"], name="payments_file_one_a_kind")]
        triggers = [
            acting_required(),
            append_only(),
            pgtrigger.Trigger(
                name="made_at_release",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=pgtrigger.Func(
                    "IF NOT EXISTS (SELECT FROM payments_payroll p WHERE p.id = NEW.payroll_id "
                    "AND p.status = 'releasing') THEN "
                    "RAISE EXCEPTION 'Files are added to a payroll that is being released' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_providerfile_made_at_release'; END IF; "
                    "RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payroll_id} {self.kind}"


class ReturnFile(models.Model):
    """What a provider reports about a payroll's lines. The same file a second time changes nothing."""

    payroll = models.ForeignKey("payments.Payroll", on_delete=models.PROTECT, related_name="returns")
    digest = models.CharField(max_length=64, unique=True)
    stored = models.ForeignKey("core.StoredFile", on_delete=models.PROTECT, related_name="+")
    name = models.TextField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    paid_count = models.IntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    returned_count = models.IntegerField(default=0)
    returned_minor = models.BigIntegerField(default=0)
    refused_count = models.IntegerField(default=0)

    class Meta:
        triggers = [acting_required()]

    def __str__(self) -> str:
        return self.name


class ReturnLine(models.Model):
    """One row of a return file and what became of it. ``problem`` is a sentence where it had no effect."""

    file = models.ForeignKey(ReturnFile, on_delete=models.PROTECT, related_name="rows", db_index=False)
    row = models.IntegerField()
    reference = models.TextField()
    status = models.TextField()
    reason = models.TextField(blank=True, default="")
    amount_minor = models.BigIntegerField()
    happened_on = models.DateField()
    instruction_id = models.BigIntegerField(null=True)
    cycle = models.ForeignKey(
        "payments.PaymentCycle", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    problem = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "row"], name="payments_returnline_row_once"),
            models.CheckConstraint(
                name="payments_returnline_settles_or_says_why",
                condition=Q(problem="", instruction_id__isnull=False) | ~Q(problem=""),
            ),
        ]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return f"{self.reference}: {self.status}"
