"""The lines of payrolls."""

import pgtrigger
from django.db import models
from django.db.models import Q

from core.triggers import acting_required, moves

FROZEN = (
    "id", "cycle_id", "payroll_id", "entitlement_id", "enrolment_id", "period_from", "reference", "household_id",
    "person_id", "beneficiary_name", "recipient_kind", "recipient_person_id", "recipient_nominee_id",
    "recipient_name", "recipient_mark", "account_kind", "provider_id", "account_number", "account_holder",
    "pay_point_id", "district_id", "area_id", "amount_minor", "currency",
)  # fmt: skip
"""What a line says once and for ever, in the order in which the seal reads it."""


def _lines_follow_payroll(
    name: str, operation: pgtrigger.Operation, rows: str, wanted: str, says: str
) -> pgtrigger.Trigger:
    referencing = pgtrigger.Referencing(old="lines") if rows == "old" else pgtrigger.Referencing(new="lines")
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=referencing,
        func=pgtrigger.Func(
            "PERFORM FROM payments_payroll WHERE id IN (SELECT DISTINCT payroll_id FROM lines) ORDER BY id FOR SHARE; "
            "IF EXISTS (SELECT FROM (SELECT DISTINCT payroll_id, status FROM lines) l "
            f"JOIN payments_payroll p ON p.id = l.payroll_id WHERE NOT ({wanted})) THEN "
            f"RAISE EXCEPTION '{says}' "
            f"USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_instruction_{name}'; END IF; RETURN NULL;"
        ),
    )


class Instruction(models.Model):
    """One line of a payroll: an attempt to pay one entitlement.

        PENDING -> RELEASED -> PAID | RETURNED
        PENDING -> WITHHELD        (as release begins: died, suspended or held since the payroll was approved)
        PENDING -> CANCELLED

    Partitioned by cycle, numbered from 1 within it. Beneficiary, recipient and account are frozen apart from one
    another as they were when it was prepared; of the recipient's identity number only ``recipient_mark``, its last
    characters, is kept. Lines come and go while the payroll is a DRAFT; afterwards only their status moves.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Not yet released"
        RELEASED = "released", "With the provider"
        PAID = "paid", "Paid"
        RETURNED = "returned", "Returned"
        WITHHELD = "withheld", "Withheld at release"
        CANCELLED = "cancelled", "Cancelled"

    class RecipientKind(models.TextChoices):
        SELF = "self", "The beneficiary"
        CAREGIVER = "caregiver", "Caregiver"
        NOMINEE = "nominee", "Nominee"
        INSTITUTION = "institution", "Institution"

    pk = models.CompositePrimaryKey("id", "cycle_id")
    id = models.BigIntegerField()
    cycle = models.ForeignKey(
        "payments.PaymentCycle", on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    payroll = models.ForeignKey(
        "payments.Payroll", on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    entitlement = models.ForeignKey(
        "payments.Entitlement", on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    enrolment = models.ForeignKey(
        "eligibility.Enrolment", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    period_from = models.DateField()
    reference = models.TextField()
    household = models.ForeignKey(
        "registry.Household", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(
        "registry.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    beneficiary_name = models.TextField()
    recipient_kind = models.TextField(choices=RecipientKind.choices)
    recipient_person = models.ForeignKey(
        "registry.Person", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    recipient_nominee = models.ForeignKey(
        "registry.Nominee", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    recipient_name = models.TextField()
    recipient_mark = models.TextField(db_default="")
    account_kind = models.TextField()
    provider = models.ForeignKey(
        "payments.Provider", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    account_number = models.TextField(db_default="")
    account_holder = models.TextField(db_default="")
    pay_point = models.ForeignKey(
        "payments.PayPoint", null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    district = models.ForeignKey(
        "core.Area", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    area = models.ForeignKey(
        "core.Area", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.TextField(choices=Status.choices, db_default="pending")
    status_reason = models.TextField(db_default="")
    settled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "reference"], name="payments_instruction_reference_once"),
            models.CheckConstraint(name="payments_instruction_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="payments_instruction_one_way_to_pay",
                condition=Q(account_kind="cash", pay_point__isnull=False, account_number="")
                | Q(account_kind__in=["bank", "mobile"], pay_point__isnull=True) & ~Q(account_number=""),
            ),
            models.CheckConstraint(
                name="payments_instruction_one_recipient",
                condition=Q(recipient_kind__in=["self", "caregiver"], recipient_person__isnull=False)
                | Q(recipient_kind="nominee", recipient_nominee__isnull=False)
                | Q(recipient_kind="institution"),
            ),
        ]
        indexes = [
            models.Index(fields=["payroll", "district", "id"], name="payments_line_list"),
            models.Index(fields=["household"], name="payments_line_household"),
            models.Index(fields=["entitlement"], name="payments_line_entitlement"),
        ]
        triggers = [
            acting_required(),
            moves(
                "status",
                [
                    ("pending", "released"),
                    ("pending", "withheld"),
                    ("pending", "cancelled"),
                    ("released", "paid"),
                    ("released", "returned"),
                ],
            ),
            pgtrigger.Trigger(
                name="lines_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=pgtrigger.Func(
                    f"IF ({', '.join('NEW.' + name for name in FROZEN)}) IS DISTINCT FROM "
                    f"({', '.join('OLD.' + name for name in FROZEN)}) THEN "
                    "RAISE EXCEPTION 'A payroll''s line never changes: only its status moves' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_instruction_lines_are_frozen'; END IF; "
                    "RETURN NEW;"
                ),
            ),
            _lines_follow_payroll(
                "added_to_drafts",
                pgtrigger.Insert,
                "new",
                "p.status = 'draft' AND l.status = 'pending'",
                "Lines are added to a draft payroll alone",
            ),
            _lines_follow_payroll(
                "removed_from_drafts",
                pgtrigger.Delete,
                "old",
                "p.status = 'draft'",
                "Lines are removed from a draft payroll alone",
            ),
            _lines_follow_payroll(
                "moves_with_payroll",
                pgtrigger.Update,
                "new",
                "l.status IN ('pending', 'cancelled') OR l.status = 'withheld' AND p.status = 'releasing' "
                "OR p.status IN ('released', 'reconciled', 'closed')",
                "A line is released with its payroll and settled after it",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
