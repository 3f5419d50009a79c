"""Money cannot be entered in the middle of its way: every row begins with its first state."""

import pytest
from django.db import DatabaseError, IntegrityError, connection

from core.access.actor import SYSTEM
from core.acting import acting
from payments.actions import payrolls
from payments.models import Budget, Payroll
from tests.fixtures.people import AT

COPY = """
INSERT INTO {table} SELECT (jsonb_populate_record(r, to_jsonb(r) || %s::jsonb)).* FROM {table} r ORDER BY id LIMIT 1
"""


@pytest.fixture
def released(steps, pension_payroll):
    return steps.release(pension_payroll)


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        (
            "payments_payroll",
            '{"id": 9001, "number": 9, "reference": "x", "status": "checked", "digest": null, "approved_digest": null,'
            ' "prepared_by_id": null, "submitted_by_id": null, "approved_by_id": null, "released_by_id": null,'
            ' "released_at": null}',
        ),
        ("payments_entitlement", '{"id": 9001, "period_from": "2031-01-01", "status": "cancelled",'
         ' "live_instruction_id": null, "live_cycle_id": null}'),
        (
            "payments_paymentcycle",
            '{"id": 9001, "code": "x", "period_from": "2031-01-01", "period_to": "2031-02-01", "status": "closed",'
            ' "one_shot": null}',
        ),
    ],
)  # fmt: skip
def test_a_row_begins_with_its_first_state(released, table, changes):
    with (
        pytest.raises(IntegrityError, match="begins with its first state"),
        acting(actor=SYSTEM, at=AT),
        connection.cursor() as cursor,
    ):
        cursor.execute(COPY.format(table=table), (changes,))


@pytest.mark.parametrize("column", ["approved_by", "released_by"])
def test_whoever_signed_a_released_payroll_stays(released, make_user, as_actor, column):
    another = make_user()
    with pytest.raises(IntegrityError, match="sealed"), acting(actor=as_actor(another), at=AT):
        Payroll.objects.filter(pk=released.pk).update(**{column: another.pk})


FREE = """
UPDATE payments_entitlement SET status = 'owed', live_instruction_id = NULL, live_cycle_id = NULL
WHERE status = 'in_payment'
"""


def test_what_is_with_a_provider_is_not_owed_again(released):
    with (
        pytest.raises(IntegrityError, match="follows its line"),
        acting(actor=SYSTEM, at=AT),
        connection.cursor() as cursor,
    ):
        cursor.execute(FREE)


def test_nothing_counts_as_paid_that_no_provider_reported(released):
    with (
        pytest.raises(IntegrityError, match="follows its line"),
        acting(actor=SYSTEM, at=AT),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE payments_entitlement SET status = 'paid' WHERE status = 'in_payment'")


@pytest.mark.parametrize(
    "changes", ['{"id": 999, "reference": "second"}', '{"id": 999, "reference": "s", "amount_minor": 7}']
)
def test_a_line_slipped_into_a_draft_stops_the_payroll(pension_payroll, finance, changes):
    with acting(actor=SYSTEM, at=AT), connection.cursor() as cursor:
        cursor.execute(
            COPY.format(table="payments_instruction").replace("ORDER BY id LIMIT 1", "WHERE payroll_id = %s LIMIT 1"),
            (changes, pension_payroll.pk),
        )
    checked = payrolls.check(payroll_id=pension_payroll.pk, actor=finance.preparer, at=AT)
    assert checked.status == "draft"
    assert [control["code"] for control in checked.controls if control["outcome"] == "stop"] == ["owed"]


def test_a_budget_stays_what_was_voted(released):
    with pytest.raises(DatabaseError, match=r"(?i)read.?only|cannot update"), acting(actor=SYSTEM, at=AT):
        Budget.objects.filter(pk=released.budget_id).update(amount_minor=1)
