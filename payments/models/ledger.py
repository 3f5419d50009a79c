"""The ledger: accounts and transfers between them."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.fields import XidField
from core.locks import Lock
from core.triggers import acting_required, append_only


class LedgerAccount(models.Model):
    """A pocket of money. Its balance is what was transferred in less what was transferred out; nothing else is kept.

    Money goes TREASURY -> FUNDS (a budget's release) -> COMMITTED (payroll submitted) -> PROVIDER (released)
    -> PAID, and back to FUNDS where it was sent back, withheld or returned. Only the treasury may go below zero.
    """

    class Kind(models.TextChoices):
        TREASURY = "treasury", "Treasury"
        FUNDS = "funds", "Available funds"
        COMMITTED = "committed", "Committed to payrolls"
        PROVIDER = "provider", "With the providers"
        PAID = "paid", "Paid to beneficiaries"

    code = models.TextField(unique=True)
    kind = models.TextField(choices=Kind.choices)
    budget = models.ForeignKey("payments.Budget", null=True, on_delete=models.PROTECT, related_name="accounts")
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "budget", "currency"], name="payments_account_one_a_kind", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="payments_account_treasury_is_common",
                condition=Q(kind="treasury", budget__isnull=True) | ~Q(kind="treasury") & Q(budget__isnull=False),
            ),
        ]
        triggers = [acting_required(), append_only()]

    def __str__(self) -> str:
        return self.code


class Transfer(models.Model):
    """Money moves from one account to another: one row, so that the ledger sums to zero whatever is written.

    Append-only; a correction is a transfer back that names what it ``reverses``. ``reference`` makes a repeat
    harmless. An account other than the treasury cannot give what it does not hold (``payments_transfer_covered``).
    """

    class Kind(models.TextChoices):
        BUDGET = "budget", "Budget released"
        COMMIT = "commit", "Committed to a payroll"
        UNCOMMIT = "uncommit", "Payroll sent back"
        WITHHELD = "withheld", "Withheld at release"
        RELEASE = "release", "Released to the providers"
        PAID = "paid", "Paid out"
        RETURNED = "returned", "Returned by the provider"

    credit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="given")
    debit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="received")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    kind = models.TextField(choices=Kind.choices)
    at = models.DateTimeField()
    reference = models.TextField(unique=True)
    payroll = models.ForeignKey("payments.Payroll", null=True, on_delete=models.PROTECT, related_name="transfers")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    xid = XidField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payments_transfer_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="payments_transfer_two_accounts", condition=~Q(debit=F("credit"))),
        ]
        triggers = [
            acting_required(),
            append_only(),
            pgtrigger.Trigger(
                name="covered",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("giver", "payments_ledgeraccount"), ("taker", "payments_ledgeraccount"), ("held", "numeric")],
                func=pgtrigger.Func(
                    "SELECT * INTO giver FROM payments_ledgeraccount WHERE id = NEW.credit_id; "
                    "SELECT * INTO taker FROM payments_ledgeraccount WHERE id = NEW.debit_id; "
                    "IF giver.currency <> NEW.currency OR taker.currency <> NEW.currency THEN "
                    "RAISE EXCEPTION 'A transfer and its accounts are of one currency' "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_transfer_one_currency'; END IF; "
                    "IF giver.kind <> 'treasury' THEN "
                    f"PERFORM pg_advisory_xact_lock({Lock.LEDGER:d}, NEW.credit_id::int); "
                    "SELECT coalesce(sum(CASE WHEN debit_id = NEW.credit_id THEN amount_minor "
                    "ELSE -amount_minor END), 0) INTO held "
                    "FROM payments_transfer WHERE NEW.credit_id IN (debit_id, credit_id); "
                    "IF held < NEW.amount_minor THEN RAISE EXCEPTION 'The account % holds only %', giver.code, held "
                    "USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_transfer_covered'; END IF; END IF; "
                    "RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference
