"""Payrolls: one cycle's payments, prepared, approved and released as a unit."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q

from core.triggers import acting_required, begins, moves


class NewPayrollReference(Func):
    template = "core_reference('PY')"
    arity = 0


SEALED = ["submitted", "approved", "releasing", "released", "reconciled", "closed"]
SIGNED = ["approved", "releasing", "released", "reconciled", "closed"]
ORDERED = ["releasing", "released", "reconciled", "closed"]


def _signature(column: str) -> pgtrigger.Trigger:
    """Refuse a signature that is not of whoever acts: nobody signs for another."""
    return pgtrigger.Trigger(
        name=f"{column}_signs",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=pgtrigger.Func(
            f"IF NEW.{column}_id IS NOT NULL "
            f"AND (TG_OP = 'INSERT' OR NEW.{column}_id IS DISTINCT FROM OLD.{column}_id) "
            f"AND NEW.{column}_id IS DISTINCT FROM nullif(current_setting('core.actor_id', true), '')::bigint THEN "
            "RAISE EXCEPTION 'Nobody signs a payroll for another' "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_payroll_{column}_signs'; END IF; RETURN NEW;"
        ),
    )


class Payroll(models.Model):
    """One cycle's payments of one programme, approved and released as a unit.

        DRAFT -> CHECKED -> SUBMITTED -> APPROVED -> RELEASING -> RELEASED -> RECONCILED -> CLOSED
        CHECKED -> DRAFT                             (prepared anew)
        SUBMITTED, APPROVED, RELEASING -> DRAFT      (sent back with a reason)

    Prepared and submitted by one, approved by a second, released by a third person: RELEASING has that person's
    signature while a job makes the files; money, lines and files leave together as it becomes RELEASED. ``digest``
    seals the lines from SUBMITTED on; ``approved_digest`` is what the approver saw. ``total_minor`` sums the lines in
    minor units of ``currency``; those withheld at release are counted in it and in ``withheld_minor``.
    ``exclusions`` counts who was left out, by reason; ``controls`` is what the check found.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        CHECKED = "checked", "Checked"
        SUBMITTED = "submitted", "Submitted"
        APPROVED = "approved", "Approved"
        RELEASING = "releasing", "Being released"
        RELEASED = "released", "Released"
        RECONCILED = "reconciled", "Reconciled"
        CLOSED = "closed", "Closed"

    reference = models.TextField(unique=True, db_default=NewPayrollReference(), editable=False)
    cycle = models.ForeignKey("payments.PaymentCycle", on_delete=models.PROTECT, related_name="payrolls")
    number = models.IntegerField()
    budget = models.ForeignKey("payments.Budget", on_delete=models.PROTECT, related_name="payrolls")
    status = models.TextField(choices=Status.choices, default=Status.DRAFT, db_default="draft")
    currency = models.CharField(max_length=3)
    line_count = models.IntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    withheld_count = models.IntegerField(default=0)
    withheld_minor = models.BigIntegerField(default=0)
    exclusions = models.JSONField(default=dict)
    controls = models.JSONField(default=list)
    digest = models.BinaryField(null=True)
    approved_digest = models.BinaryField(null=True)
    reason = models.TextField(blank=True, default="")
    round = models.IntegerField(default=1)
    prepared_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="payments_payroll_number_once"),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(status__in=["draft", "checked", "submitted", "approved", "releasing"]),
                name="payments_payroll_one_under_way",
            ),
            models.CheckConstraint(
                name="payments_payroll_four_eyes",
                condition=Q(approved_by__isnull=True)
                | Q(prepared_by__isnull=False, submitted_by__isnull=False)
                & ~Q(approved_by=F("prepared_by"))
                & ~Q(approved_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="payments_payroll_third_person_releases",
                condition=Q(released_by__isnull=True)
                | Q(approved_by__isnull=False)
                & ~Q(released_by=F("approved_by"))
                & ~Q(released_by=F("prepared_by"))
                & ~Q(released_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="payments_payroll_sealed_when_submitted",
                condition=Q(status__in=SEALED, digest__isnull=False, submitted_by__isnull=False)
                | Q(status__in=["draft", "checked"], digest__isnull=True, submitted_by__isnull=True),
            ),
            models.CheckConstraint(
                name="payments_payroll_approved_as_seen",
                condition=Q(status__in=SIGNED, approved_by__isnull=False, approved_digest=F("digest"))
                | ~Q(status__in=SIGNED) & Q(approved_by__isnull=True, approved_digest__isnull=True),
            ),
            models.CheckConstraint(
                name="payments_payroll_released_by_somebody",
                condition=Q(status__in=ORDERED, released_by__isnull=False, released_at__isnull=False)
                | ~Q(status__in=ORDERED) & Q(released_by__isnull=True, released_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["status", "id"], name="payments_payroll_status")]
        triggers = [
            acting_required(),
            begins("status", "draft"),
            moves(
                "status",
                [
                    ("draft", "checked"),
                    ("checked", "submitted"),
                    ("checked", "draft"),
                    ("submitted", "approved"),
                    ("submitted", "draft"),
                    ("approved", "releasing"),
                    ("releasing", "released"),
                    ("releasing", "draft"),
                    ("approved", "draft"),
                    ("released", "reconciled"),
                    ("reconciled", "closed"),
                ],
            ),
            pgtrigger.ReadOnly(name="identity_stays", fields=["reference", "cycle", "number", "currency"]),
            pgtrigger.Trigger(
                name="sealed_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=SEALED) & ~pgtrigger.Q(new__status="draft"),
                func=pgtrigger.Func(
                    "IF (NEW.digest, NEW.line_count, NEW.total_minor, NEW.budget_id, NEW.prepared_by_id, "
                    "NEW.submitted_by_id) IS DISTINCT FROM (OLD.digest, OLD.line_count, OLD.total_minor, "
                    "OLD.budget_id, OLD.prepared_by_id, OLD.submitted_by_id) "
                    "OR OLD.approved_by_id IS DISTINCT FROM NEW.approved_by_id AND OLD.approved_by_id IS NOT NULL "
                    "OR OLD.released_by_id IS DISTINCT FROM NEW.released_by_id AND OLD.released_by_id IS NOT NULL THEN "
                    "RAISE EXCEPTION 'A submitted payroll is sealed' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_payroll_sealed_stays'; END IF; "
                    "RETURN NEW;"
                ),
            ),
            pgtrigger.Trigger(
                name="leaves_with_files",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="releasing", new__status="released"),
                func=pgtrigger.Func(
                    "IF NEW.total_minor - NEW.withheld_minor <> (SELECT coalesce(sum(f.total_minor), 0) "
                    "FROM payments_providerfile f WHERE f.payroll_id = NEW.id AND f.kind <> 'paypoint_xlsx') THEN "
                    "RAISE EXCEPTION 'A payroll leaves with files that add up to it' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_payroll_leaves_with_files'; END IF; "
                    "RETURN NEW;"
                ),
            ),
            pgtrigger.Protect(name="never_removed", operation=pgtrigger.Delete),
            _signature("prepared_by"),
            _signature("submitted_by"),
            _signature("approved_by"),
            _signature("released_by"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def seal(self) -> str:
        """The digest as people compare it: hexadecimal, empty while nothing is sealed."""
        return bytes(self.digest).hex() if self.digest else ""


class Exclusion(models.Model):
    """An enrolment that a payroll left out, and why."""

    class Reason(models.TextChoices):
        DIED = "died", "The beneficiary has died"
        RECIPIENT_DIED = "recipient_died", "The person who receives the money has died"
        NO_RECIPIENT = "no_recipient", "Nobody is named who receives the money"
        SUSPENDED = "suspended", "Suspended on the beneficiary list"
        EXITED = "exited", "No longer on the beneficiary list"
        HOUSEHOLD_CLOSED = "household_closed", "The household is closed or merged"
        HELD = "held", "Payments are held while a case is open"
        NO_AMOUNT = "no_amount", "The amount cannot be determined"
        NO_PAY_POINT = "no_pay_point", "No pay point serves the place"

    payroll = models.ForeignKey(Payroll, on_delete=models.PROTECT, related_name="left_out")
    enrolment = models.ForeignKey("eligibility.Enrolment", on_delete=models.PROTECT, related_name="+")
    district = models.ForeignKey("core.Area", on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.TextField(choices=Reason.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payroll", "enrolment"], name="payments_exclusion_once")]
        triggers = [acting_required()]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.reason}"
