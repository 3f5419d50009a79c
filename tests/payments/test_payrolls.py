"""A payroll's way: prepared, checked, submitted, approved, released, reconciled."""

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core.models import User
from payments.actions import payrolls, reconciling
from payments.models import Payroll
from payments.queries.ledger import balances
from payments.sample import provider_returns
from tests.fixtures.payments import LATER, Finance, Steps


def test_a_payroll_goes_from_the_list_to_the_reconciled_payment(
    pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    assert (pension_payroll.line_count, pension_payroll.total_minor) == (6, 6 * 95_000)

    released = steps.release(pension_payroll)

    assert sorted(released.files.values_list("kind", flat=True)) == ["pain001", "paypoint_pdf", "paypoint_xlsx"]
    content = provider_returns(released, 1)
    file = reconciling.import_returns(
        payroll_id=released.pk, content=content, name="returns.csv", actor=finance.preparer, at=LATER
    )
    released.refresh_from_db()
    assert file.paid_count + file.returned_count == 6
    assert released.status == "reconciled"
    closed = payrolls.close(payroll_id=released.pk, actor=finance.preparer, at=LATER)
    assert closed.status == "closed"
    assert sum(row.minor for row in balances(actor=finance.preparer)) == 0


def test_the_command_prepares_a_cycle_s_payroll_for_its_officer(
    make_budget: Any, pensioner: Any, make_cycle: Any, finance: Finance, capsys: Any
) -> None:
    make_budget("OAP")
    pensioner()
    cycle = make_cycle("OAP", first=date(2026, 2, 1), last=date(2026, 2, 28))
    email = User.objects.get(pk=finance.preparer.user_id).email

    call_command("prepare_payroll", "OAP", cycle.code, user=email)

    payroll = cycle.payrolls.get()
    assert payroll.prepared_by_id == finance.preparer.user_id
    assert f"{payroll.reference}: 1 lines, 95000 minor units." in capsys.readouterr().out
    with pytest.raises(CommandError, match="no such cycle"):
        call_command("prepare_payroll", "OAP", "Nowhere", user=email)
