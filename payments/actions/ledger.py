"""Writing the ledger. Called by other actions inside their transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from core.locks import Lock, hold
from payments.models import Budget, LedgerAccount, Payroll, Transfer

Kind = LedgerAccount.Kind


class NotCovered(Exception):
    """The account does not hold what should be taken from it."""


def accounts_of(budget: Budget) -> dict[str, LedgerAccount]:
    """The accounts of a budget and its currency's treasury, by kind; made at their first use."""
    wanted = [("treasury", None)] + [(kind.value, budget.pk) for kind in Kind if kind is not Kind.TREASURY]
    codes = {kind: f"{kind}:{budget.code}" if budget_id else f"{kind}:{budget.currency}" for kind, budget_id in wanted}
    known = {account.code: account for account in LedgerAccount.objects.filter(code__in=codes.values())}
    missing = [
        LedgerAccount(code=codes[kind], kind=kind, budget_id=budget_id, currency=budget.currency)
        for kind, budget_id in wanted
        if codes[kind] not in known
    ]
    if missing:
        LedgerAccount.objects.bulk_create(missing, ignore_conflicts=True)
        known = {account.code: account for account in LedgerAccount.objects.filter(code__in=codes.values())}
    return {kind: known[code] for kind, code in codes.items()}


def transfer(
    *,
    budget: Budget,
    giver: str,
    taker: str,
    amount_minor: int,
    kind: str,
    reference: str,
    at: datetime,
    payroll: Payroll | None = None,
    reverses: Transfer | None = None,
) -> Transfer | None:
    """Move money between two of a budget's accounts, named by kind; a repeat of ``reference`` writes nothing.

    Amounts of zero write nothing and return ``None``. The giving account is locked until commit.

    Raises:
        NotCovered: the giving account does not hold the amount.
        ValueError: the reference stands for another transfer.
    """
    if amount_minor == 0:
        return None
    accounts = accounts_of(budget)
    if giver != Kind.TREASURY:
        held = balance_under_lock(accounts[giver])
        known = Transfer.objects.filter(reference=reference).first()
        if known is None and held < amount_minor:
            raise NotCovered(f"{accounts[giver]} holds {held}, and {amount_minor} is needed.")
    else:
        known = Transfer.objects.filter(reference=reference).first()
    if known is not None:
        same = (accounts[giver].pk, accounts[taker].pk, amount_minor)
        if (known.credit_id, known.debit_id, known.amount_minor) != same:
            raise ValueError(f"The reference {reference} stands for another transfer.")
        return known
    return Transfer.objects.create(
        credit=accounts[giver],
        debit=accounts[taker],
        amount_minor=amount_minor,
        currency=budget.currency,
        kind=kind,
        at=at,
        reference=reference,
        payroll=payroll,
        reverses=reverses,
    )


def transfer_all(
    *, payroll: Payroll, giver: str, moves: Iterable[tuple[str, str, int]], at: datetime, suffix: str = ""
) -> None:
    """Move a payroll's money from one account by ``moves`` (taker, kind, amount), each once; see ``transfer``."""
    for taker, kind, amount in moves:
        transfer(
            budget=payroll.budget,
            giver=giver,
            taker=taker,
            amount_minor=amount,
            kind=kind,
            reference=f"{payroll.reference}:{kind}{suffix}",
            at=at,
            payroll=payroll,
        )


def balance_under_lock(account: LedgerAccount) -> int:
    """What an account holds, locked against other givers until commit (the trigger takes the same lock)."""
    hold(Lock.LEDGER, account.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(CASE WHEN debit_id = %(id)s THEN amount_minor ELSE -amount_minor END), 0)::bigint "
            "FROM payments_transfer WHERE %(id)s IN (debit_id, credit_id)",
            {"id": account.pk},
        )
        return int(cursor.fetchone()[0])
