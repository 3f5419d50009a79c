"""A payroll that was prepared before an address was protected tells nobody where the household was."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from core.access.roles import Role
from core.files import stored_path
from payments.models import Instruction, Payroll
from payments.queries import payrolls
from tests.fixtures.payments import Steps
from tests.fixtures.people import AT


@pytest.fixture
def hidden(pension_payroll: Payroll, protect) -> Instruction:
    """The line of who is paid in cash, protected since the payroll was prepared."""
    line = Instruction.objects.filter(cycle_id=pension_payroll.cycle_id, account_kind="cash").order_by("id")[0]
    protect(line.household, at=AT)
    return line


def test_its_lists_name_no_village_for_it(pension_payroll: Payroll, hidden: Instruction, steps: Steps, village):
    steps.release(pension_payroll)
    told = {one.kind: stored_path(one.stored).read_bytes() for one in pension_payroll.files.select_related("stored")}
    pdf = "".join(page.extract_text() for page in PdfReader(io.BytesIO(told["paypoint_pdf"])).pages)
    assert hidden.reference in pdf and village.name not in pdf
    assert village.name.encode() not in told["pain001"]


def test_its_lines_are_nobody_s_who_sees_one_village_alone(
    pension_payroll: Payroll, hidden: Instruction, make_user, as_actor, village
):
    local, national = (as_actor(make_user(Role.FINANCE_PREPARER, area)) for area in (village, None))
    seen = [
        set(payrolls.lines(actor=actor, payroll=pension_payroll).values_list("household", flat=True))
        for actor in (local, national)
    ]
    assert seen[0] and hidden.household_id not in seen[0]
    assert hidden.household_id in seen[1]
