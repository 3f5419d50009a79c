"""The ledger sums to zero and no pocket gives what it does not hold, whatever is done in whatever order."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.actor import SYSTEM, NotPermitted
from core.acting import acting
from eligibility.models import Programme
from payments.actions import budgets, ledger, payrolls, reconciling
from payments.models import Budget, Instruction, Payroll, Transfer
from payments.queries.ledger import balances
from tests.fixtures.payments import AT, LATER, Finance, finish

POCKETS = ["treasury", "funds", "committed", "provider", "paid"]


def held(budget: Budget) -> dict[str, int]:
    found = {row.kind: row.minor for row in balances(actor=SYSTEM) if row.budget_id in (None, budget.pk)}
    return {name: found.get(name, 0) for name in POCKETS}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.sampled_from(POCKETS), st.sampled_from(POCKETS), st.integers(1, 500)), max_size=25))
def test_any_transfers_sum_to_zero_and_never_overdraw(make_budget: Any, moves: list[tuple[str, str, int]]) -> None:
    budget = make_budget("OAP", minor=1000)
    model = held(budget)
    with acting(actor=SYSTEM, at=AT):
        for giver, taker, amount in moves:
            if giver == taker:
                continue
            number = Transfer.objects.count()
            given = {
                "budget": budget, "giver": giver, "taker": taker, "amount_minor": amount, "kind": "commit",
                "reference": f"test:{number}", "at": AT,
            }  # fmt: skip
            if giver != "treasury" and model[giver] < amount:
                with pytest.raises(ledger.NotCovered):
                    ledger.transfer(**given)
                continue
            ledger.transfer(**given)
            ledger.transfer(**given)
            model[giver] -= amount
            model[taker] += amount

    assert held(budget) == model
    assert sum(row.minor for row in balances(actor=SYSTEM)) == 0


STEPS = ["prepare", "check", "submit", "approve", "send_back", "release", "pay", "return", "close"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.sampled_from(STEPS), max_size=14))
def test_any_order_of_actions_leaves_the_ledger_true_to_the_payroll(
    pension_payroll: Payroll, finance: Finance, order: list[str]
) -> None:
    with transaction.atomic():
        for step in order:
            _try(step, pension_payroll, finance)
        payroll = Payroll.objects.get(pk=pension_payroll.pk)
        now = held(payroll.budget)
        counted = {
            status: sum(
                Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk, status=status).values_list(
                    "amount_minor", flat=True
                )
            )
            for status in ("released", "paid", "returned", "withheld")
        }
        assert sum(row.minor for row in balances(actor=SYSTEM)) == 0
        assert all(amount >= 0 for name, amount in now.items() if name != "treasury")
        sealed = payroll.status in ("submitted", "approved")
        assert now["committed"] == (payroll.total_minor if sealed else 0)
        assert (now["provider"], now["paid"]) == (counted["released"], counted["paid"])
        assert now["funds"] == payroll.budget.amount_minor - now["committed"] - now["provider"] - now["paid"]
        transaction.set_rollback(True)


def _try(step: str, payroll: Payroll, finance: Finance) -> None:
    """One step as its officer would take it; what the state refuses is refused and changes nothing."""
    seal = Payroll.objects.get(pk=payroll.pk).seal
    who = {"actor": finance.preparer, "at": AT, "payroll_id": payroll.pk}
    try:
        match step:
            case "prepare":
                finish(payrolls.prepare_again(**who, send=False))
            case "check" | "submit" | "close":
                getattr(payrolls, step)(**who)
            case "approve":
                payrolls.approve(**{**who, "actor": finance.approver}, seen_digest=seal)
            case "send_back":
                payrolls.send_back(**{**who, "actor": finance.approver}, reason="Again")
            case "release":
                finish(payrolls.release(**{**who, "actor": finance.releaser}, send=False)[1])
            case _:
                line = Instruction.objects.filter(cycle_id=payroll.cycle_id, status="released").order_by("id").first()
                if line:
                    words = "paid," if step == "pay" else "returned,other"
                    row = f"{line.reference},{words},950.00,2026-03-17"
                    content = f"reference,status,reason,amount,date\n{row}".encode()
                    reconciling.import_returns(
                        payroll_id=payroll.pk, content=content, name="r.csv", actor=finance.preparer, at=LATER
                    )
    except (payrolls.IllegalMove, payrolls.NotPrepared):
        pass


def test_releases_of_a_budget_stay_within_it_and_are_recorded_once(make_budget: Any, finance: Finance) -> None:
    budget = make_budget("OAP", minor=1000, released=400)
    given = {
        "budget_id": budget.pk, "reference": "T-2", "amount_minor": 600, "released_on": date(2026, 1, 5),
        "actor": finance.preparer, "at": AT,
    }  # fmt: skip
    first = budgets.release(**given)

    assert budgets.release(**given).pk == first.pk
    assert held(budget)["funds"] == 1000
    with pytest.raises(budgets.BeyondBudget, match=r"LSL 0\.00"):
        budgets.release(**{**given, "reference": "T-3", "amount_minor": 1})
    with pytest.raises(budgets.RepeatedReference):
        budgets.release(**{**given, "amount_minor": 1})
    with pytest.raises(budgets.InTheFuture):
        budgets.release(**{**given, "reference": "T-4", "released_on": date(2026, 3, 17)})
    with pytest.raises(budgets.AmountNeeded):
        budgets.release(**{**given, "reference": "T-5", "amount_minor": 0})
    with pytest.raises(NotPermitted):
        budgets.release(**{**given, "actor": finance.approver})


def test_the_pack_s_budgets_are_there_with_what_the_treasury_has_released(asked: Any) -> None:
    assert Programme.objects.get(code="CGP").budgets.filter(code="CGP-2026").exists()
    assert sum(row.minor for row in balances(actor=SYSTEM)) == 0
