"""A household becomes part of another one while its payroll is released: each happens whole, in one order."""

from __future__ import annotations

from uuid import uuid4

import pytest

from core.access.roles import Role
from eligibility.models import Enrolment
from payments.actions import payrolls
from payments.models import Instruction, Payroll, Transfer
from payments.queries import ledger
from registry.actions import changes
from registry.models import Household
from tests.fixtures.payments import Finance, Steps, finish
from tests.fixtures.people import AT
from tests.racing import one_after_the_other

WHY = "They are one family."
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def merging(committed_db, pension_payroll, make_user, as_actor):
    """A merge of two households of the payroll that waits for its decision, and who decides it."""
    one, other = Household.objects.order_by("id")[:2]
    relations = {f"relationship_{row.person.reference}": "sibling" for row in one.memberships.all()}
    asked = changes.request(
        uuid=uuid4(), kind="merge", household_id=one.pk, texts={"other_household": other.reference, **relations},
        seen_versions=None, reason=WHY, actor=as_actor(make_user(Role.DISTRICT_OFFICER)), at=AT,
    )  # fmt: skip
    return asked, as_actor(make_user(Role.SUPERVISOR))


def the_end(payroll: Payroll, one: Household, other: Household, finance: Finance) -> None:
    payroll.refresh_from_db()
    one.refresh_from_db()
    assert (payroll.status, one.status, one.merged_into) == ("released", "merged", other)
    # Paid is who was to be paid, once; what is owed from now on hangs on the household that is left.
    assert Instruction.objects.filter(payroll_id=payroll.pk, status="released").count() == 6
    assert set(Instruction.objects.filter(household=one).values_list("status", flat=True)) == {"released"}
    assert not Enrolment.objects.filter(household=one).exists()
    assert dict(Transfer.objects.filter(payroll=payroll).values_list("kind", "amount_minor"))["release"] == 6 * 95_000
    assert sum(row.minor for row in ledger.balances(actor=finance.preparer)) == 0


@pytest.mark.parametrize("merge_first", [True, False])
def test_a_merge_and_a_release_at_once_both_happen_whole(
    merge_first: bool, merging, pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    asked, decides = merging
    steps.approve(pension_payroll)

    def merge() -> None:
        changes.accept(change_id=asked.pk, reason=WHY, actor=decides, at=AT)

    def release() -> None:
        finish(payrolls.release(payroll_id=pension_payroll.pk, actor=finance.releaser, at=AT, send=False)[1])

    acts = (merge, release) if merge_first else (release, merge)
    assert one_after_the_other(*acts, waits=False) is None
    the_end(pension_payroll, asked.household, asked.other_household, finance)
