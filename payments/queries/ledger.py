"""Reading the ledger: balances are sums of transfers."""

from dataclasses import dataclass

from django.db import connection

from core.access.actor import Actor
from core.access.permissions import Permission
from payments.models import Budget, LedgerAccount


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account received less what it gave, in minor units; the treasury's is negative.

    ``budget`` is the code of its budget, empty for the treasury, which all budgets share."""

    account_id: int
    code: str
    kind: str
    budget_id: int | None
    currency: str
    minor: int
    budget: str = ""


def balances(*, actor: Actor, budget_id: int | None = None) -> list[Balance]:
    """The balance of every account of the programmes whose payments the actor sees nationally, treasuries first.

    For who sees all programmes the balances of a currency sum to zero.

    Raises:
        NotPermitted: the actor sees no payments.
    """
    actor.require(Permission.PAYMENTS_VIEW)
    seen = [
        budget.pk
        for budget in Budget.objects.select_related("programme").order_by("id")
        if actor.may_for_programme(Permission.PAYMENTS_VIEW, budget.programme.code)
    ]
    everything = actor.may_for_programme(Permission.PAYMENTS_VIEW, "")
    return [
        row
        for row in _all()
        if (row.budget_id in seen or (row.budget_id is None and everything))
        and (budget_id is None or row.budget_id == budget_id)
    ]


def funds_of(budget: Budget) -> int:
    """What is released of a budget and not yet committed, in minor units."""
    code = f"{LedgerAccount.Kind.FUNDS.value}:{budget.code}"
    return next((row.minor for row in _all(code) if row.code == code), 0)


def _all(code: str = "") -> list[Balance]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT a.id, a.code, a.kind, a.budget_id, a.currency, coalesce(sum(l.minor), 0)::bigint,
                coalesce(b.code, '')
            FROM payments_ledgeraccount a LEFT JOIN payments_budget b ON b.id = a.budget_id LEFT JOIN (
                SELECT debit_id AS account_id, amount_minor AS minor FROM payments_transfer
                UNION ALL SELECT credit_id, -amount_minor FROM payments_transfer
            ) l ON l.account_id = a.id
            WHERE %(code)s = '' OR a.code = %(code)s
            GROUP BY a.id, b.id ORDER BY a.budget_id NULLS FIRST, a.id
            """,
            {"code": code},
        )
        return [Balance(*row) for row in cursor.fetchall()]
