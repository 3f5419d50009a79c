"""A payroll's way: prepared, checked, submitted, approved, released, reconciled."""

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
