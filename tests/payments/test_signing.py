"""Four eyes, seals and money set aside: refused by the actions, and by the database whatever the program does."""

import dataclasses
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.access.actor import Actor, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry
from payments.actions import holds, payrolls
from payments.actions.payrolls.errors import ReasonNeeded
from payments.models import Instruction, Payroll, ProviderFile, Transfer
from payments.queries.ledger import funds_of
from tests.fixtures.payments import AT, LATER, Finance, Steps, finish


def lines_of(payroll: Payroll) -> Any:
    return Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk).order_by("id")


def refused_by_the_database(statement: str, *, actor: Any, parameters: tuple[object, ...] = ()) -> str:
    with pytest.raises(DatabaseError) as refusal, acting(actor=actor, at=AT), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return str(refusal.value)


def test_a_payroll_is_approved_by_another_and_released_by_a_third_person(
    pension_payroll: Payroll, steps: Steps, finance: Finance, make_user: Any, as_actor: Any
) -> None:
    submitted = steps.submit(pension_payroll)
    for actor in (finance.preparer, finance.releaser):
        with pytest.raises(NotPermitted):
            payrolls.approve(payroll_id=submitted.pk, seen_digest=submitted.seal, actor=actor, at=AT)
    payrolls.approve(payroll_id=submitted.pk, seen_digest=submitted.seal, actor=finance.approver, at=AT)
    for actor in (finance.preparer, finance.approver):
        with pytest.raises(NotPermitted):
            payrolls.release(payroll_id=submitted.pk, actor=actor, at=AT)

    released = steps.hand_over(submitted)

    signed = (released.prepared_by_id, released.approved_by_id, released.released_by_id)
    assert signed == (finance.preparer.user_id, finance.approver.user_id, finance.releaser.user_id)
    actions = AuditEntry.objects.filter(subject_type="payroll", subject_id=released.pk).order_by("id")
    wanted = ["create", "prepare", "check", "submit", "approve", "release", "hand_over"]
    assert list(actions.values_list("action", flat=True)) == [f"payroll.{name}" for name in wanted]


@pytest.mark.parametrize("signed", ["approved", "released"])
def test_the_database_refuses_one_person_s_two_signatures(
    pension_payroll: Payroll, steps: Steps, finance: Finance, signed: str
) -> None:
    submitted = steps.submit(pension_payroll)
    if signed == "approved":
        words = refused_by_the_database(
            "UPDATE payments_payroll SET status = 'approved', approved_by_id = prepared_by_id, "
            "approved_digest = digest WHERE id = %s",
            actor=finance.preparer,
            parameters=(submitted.pk,),
        )
        assert "payments_payroll_four_eyes" in words
        return
    payrolls.approve(payroll_id=submitted.pk, seen_digest=submitted.seal, actor=finance.approver, at=AT)
    for actor in (finance.approver, finance.preparer):
        words = refused_by_the_database(
            "UPDATE payments_payroll SET status = 'releasing', released_by_id = %s, released_at = now() WHERE id = %s",
            actor=actor,
            parameters=(actor.user_id, submitted.pk),
        )
        assert "payments_payroll_third_person_releases" in words


def test_the_database_lets_nobody_sign_for_another_or_change_who_prepared(
    pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    submitted = steps.submit(pension_payroll)

    forged = refused_by_the_database(
        "UPDATE payments_payroll SET status = 'approved', approved_by_id = %s, approved_digest = digest WHERE id = %s",
        actor=finance.preparer,
        parameters=(finance.approver.user_id, submitted.pk),
    )
    rewritten = refused_by_the_database(
        "UPDATE payments_payroll SET prepared_by_id = %s WHERE id = %s",
        actor=finance.approver,
        parameters=(finance.approver.user_id, submitted.pk),
    )
    with pytest.raises(DatabaseError) as nobody, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_payroll SET reason = 'x' WHERE id = %s", (submitted.pk,))

    assert "Nobody signs a payroll for another" in forged
    assert "sealed" in rewritten
    assert "Nobody is acting" in str(nobody.value)


def test_states_move_only_as_drawn(pension_payroll: Payroll, finance: Finance) -> None:
    words = refused_by_the_database(
        "UPDATE payments_payroll SET status = 'released' WHERE id = %s",
        actor=finance.releaser,
        parameters=(pension_payroll.pk,),
    )
    assert "Invalid transition" in words
    with pytest.raises(payrolls.IllegalMove):
        payrolls.submit(payroll_id=pension_payroll.pk, actor=finance.preparer, at=AT)
    with pytest.raises(payrolls.IllegalMove):
        payrolls.release(payroll_id=pension_payroll.pk, actor=finance.releaser, at=AT)


def test_an_approver_approves_what_they_saw_or_nothing(
    pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    seen = steps.submit(pension_payroll).seal
    payrolls.send_back(payroll_id=pension_payroll.pk, reason="Wrong month", actor=finance.approver, at=AT)
    holds.place(household_id=lines_of(pension_payroll)[0].household_id, reason="Case", actor=finance.preparer, at=AT)
    finish(payrolls.prepare_again(payroll_id=pension_payroll.pk, actor=finance.preparer, at=AT, send=False))
    now = steps.submit(pension_payroll)

    assert now.seal != seen
    with pytest.raises(payrolls.PayrollChanged):
        payrolls.approve(payroll_id=pension_payroll.pk, seen_digest=seen, actor=finance.approver, at=AT)
    approved = payrolls.approve(payroll_id=now.pk, seen_digest=now.seal, actor=finance.approver, at=AT)
    assert approved.status == "approved"


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE payments_instruction SET amount_minor = amount_minor + 1 WHERE payroll_id = %s", "never changes"),
        (
            "UPDATE payments_instruction SET account_number = '0009999999' WHERE payroll_id = %s "
            "AND account_kind = 'bank'",
            "never changes",
        ),
        ("UPDATE payments_instruction SET recipient_name = 'Another' WHERE payroll_id = %s", "never changes"),
        ("DELETE FROM payments_instruction WHERE payroll_id = %s", "payments_entitlement_live_instruction_exists"),
        ("UPDATE payments_instruction SET status = 'released' WHERE payroll_id = %s", "released with its payroll"),
        (
            "INSERT INTO payments_instruction SELECT (jsonb_populate_record(i, jsonb_build_object('id', 999, "
            "'reference', 'X'))).* FROM payments_instruction i WHERE payroll_id = %s LIMIT 1",
            "added to a draft payroll alone",
        ),
        (
            "UPDATE payments_entitlement SET amount_minor = 1 WHERE live_cycle_id = "
            "(SELECT cycle_id FROM payments_payroll WHERE id = %s)",
            "price_stays|read-only|Cannot|cannot",
        ),
        ("UPDATE payments_payroll SET total_minor = 1 WHERE id = %s", "sealed"),
        ("UPDATE payments_transfer SET amount_minor = 1 WHERE payroll_id = %s", "permission denied"),
        ("DELETE FROM payments_transfer WHERE payroll_id = %s", "permission denied"),
        ("DELETE FROM payments_payroll WHERE id = %s", "permission denied"),
    ],
)
def test_a_sealed_payroll_s_rows_are_closed_to_the_application(
    pension_payroll: Payroll, steps: Steps, finance: Finance, statement: str, says: str
) -> None:
    steps.submit(pension_payroll)
    before = list(lines_of(pension_payroll).values())

    words = refused_by_the_database(statement, actor=finance.preparer, parameters=(pension_payroll.pk,))

    assert re.search(says, words), words
    assert list(lines_of(pension_payroll).values()) == before


def test_partitions_themselves_are_closed_to_the_application(pension_payroll: Payroll, finance: Finance) -> None:
    for statement in ("SELECT * FROM {}", "UPDATE {} SET amount_minor = 1", "DELETE FROM {}", "TRUNCATE {}"):
        words = refused_by_the_database(
            statement.format(f"payments_instruction_cycle_{pension_payroll.cycle_id}"), actor=finance.preparer
        )
        assert "permission denied" in words


def test_a_line_tampered_with_behind_the_application_is_found_at_release(
    committed_db: None,
    owner_connection: psycopg.Connection,
    pension_payroll: Payroll,
    steps: Steps,
    finance: Finance,
) -> None:
    steps.approve(pension_payroll)
    table = f"payments_instruction_cycle_{pension_payroll.cycle_id}"
    owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner_connection.execute(f"UPDATE {table} SET account_number = '0009999999' WHERE account_kind = 'bank'")
    owner_connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    with pytest.raises(payrolls.PayrollChanged):
        payrolls.release(payroll_id=pension_payroll.pk, actor=finance.releaser, at=AT)

    pension_payroll.refresh_from_db()
    assert pension_payroll.status == "approved"
    assert not ProviderFile.objects.exists()


def test_a_second_release_makes_no_second_file_and_moves_no_money_again(
    pension_payroll: Payroll, steps: Steps, finance: Finance, make_user: Any, as_actor: Any
) -> None:
    first = steps.release(pension_payroll)
    files = list(ProviderFile.objects.order_by("id").values())
    moved = list(Transfer.objects.order_by("id").values_list("reference", flat=True))

    again = steps.hand_over(first, at=LATER)

    assert again.released_at == first.released_at
    assert list(ProviderFile.objects.order_by("id").values()) == files
    assert list(Transfer.objects.order_by("id").values_list("reference", flat=True)) == moved
    with pytest.raises(payrolls.IllegalMove):
        payrolls.release(payroll_id=first.pk, actor=as_actor(make_user(Role.FINANCE_RELEASER)), at=LATER)


def test_of_two_approvers_at_once_the_second_waits_and_finds_it_done(
    committed_db: None,
    second_connection: psycopg.Connection,
    pension_payroll: Payroll,
    steps: Steps,
    finance: Finance,
) -> None:
    submitted = steps.submit(pension_payroll)
    second_connection.execute("SELECT FROM payments_payroll WHERE id = %s FOR UPDATE", (submitted.pk,))
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    try:
        with pytest.raises(DatabaseError, match="lock timeout"):
            payrolls.approve(payroll_id=submitted.pk, seen_digest=submitted.seal, actor=finance.approver, at=AT)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    second_connection.rollback()

    payrolls.approve(payroll_id=submitted.pk, seen_digest=submitted.seal, actor=finance.approver, at=AT)
    with pytest.raises(payrolls.IllegalMove):
        payrolls.approve(payroll_id=submitted.pk, seen_digest=submitted.seal, actor=finance.second_approver, at=AT)
    payrolls.approve(payroll_id=submitted.pk, seen_digest=submitted.seal, actor=finance.approver, at=LATER)
    submitted.refresh_from_db()
    assert (submitted.approved_by_id, submitted.approved_at) == (finance.approver.user_id, AT)
    assert AuditEntry.objects.filter(action="payroll.approve").count() == 1


@pytest.mark.parametrize("step", ["submit", "approve", "release"])
def test_nothing_moves_when_the_audit_log_cannot_be_written(
    committed_db: None,
    owner_connection: psycopg.Connection,
    pension_payroll: Payroll,
    steps: Steps,
    finance: Finance,
    step: str,
) -> None:
    before = {"submit": "checked", "approve": "submitted", "release": "approved"}[step]
    payrolls.check(payroll_id=pension_payroll.pk, actor=finance.preparer, at=AT)
    acts: dict[str, Callable[[], Payroll]] = {
        "submit": lambda: payrolls.submit(payroll_id=pension_payroll.pk, actor=finance.preparer, at=AT),
        "approve": lambda: payrolls.approve(
            payroll_id=pension_payroll.pk,
            seen_digest=Payroll.objects.get().seal,
            actor=finance.approver,
            at=AT,
        ),
        "release": lambda: payrolls.release(payroll_id=pension_payroll.pk, actor=finance.releaser, at=AT, send=False)[
            0
        ],
    }
    for name in list(acts)[: list(acts).index(step)]:
        acts[name]()
    moved, lines = Transfer.objects.count(), list(lines_of(pension_payroll).values())
    owner_connection.execute(f"ALTER TABLE core_audit ADD CHECK (action <> 'payroll.{step}') NOT VALID")

    with pytest.raises(IntegrityError):
        acts[step]()

    pension_payroll.refresh_from_db()
    assert pension_payroll.status == before
    assert Transfer.objects.count() == moved
    assert list(lines_of(pension_payroll).values()) == lines
    assert not ProviderFile.objects.exists()


def test_a_payroll_that_the_released_budget_does_not_cover_is_not_submitted(
    make_budget: Any, pensioner: Any, make_cycle: Any, prepare: Any, finance: Finance
) -> None:
    budget = make_budget("OAP", minor=1_000_000, released=94_999)
    pensioner()
    payroll = prepare(
        make_cycle("OAP", first=AT.date().replace(month=2, day=1), last=AT.date().replace(month=2, day=28))
    )

    checked = payrolls.check(payroll_id=payroll.pk, actor=finance.preparer, at=AT)

    assert checked.status == "draft"
    assert [row["code"] for row in checked.controls if row["outcome"] == "stop"] == ["budget"]
    assert funds_of(budget) == 94_999


def test_two_payrolls_cannot_both_take_the_last_of_the_budget(
    make_budget: Any, pensioner: Any, make_cycle: Any, prepare: Any, finance: Finance, steps: Steps
) -> None:
    budget = make_budget("OAP", minor=100_000)
    pensioner()
    january = prepare(make_cycle("OAP", first=date(2026, 1, 1), last=date(2026, 1, 31)))
    february = prepare(make_cycle("OAP", first=date(2026, 2, 1), last=date(2026, 2, 28)))
    for payroll in (january, february):
        payrolls.check(payroll_id=payroll.pk, actor=finance.preparer, at=AT)
    payrolls.submit(payroll_id=january.pk, actor=finance.preparer, at=AT)

    with pytest.raises(payrolls.WithoutBudget):
        payrolls.submit(payroll_id=february.pk, actor=finance.preparer, at=AT)

    february.refresh_from_db()
    assert february.status == "checked"
    assert funds_of(budget) == 5_000
    payrolls.send_back(payroll_id=january.pk, reason="Not yet", actor=finance.approver, at=AT)
    assert funds_of(budget) == 100_000
    assert payrolls.submit(payroll_id=february.pk, actor=finance.preparer, at=AT).status == "submitted"


def test_the_database_lets_no_account_give_what_it_does_not_hold(
    pension_payroll: Payroll, finance: Finance, steps: Steps
) -> None:
    steps.submit(pension_payroll)
    words = refused_by_the_database(
        "INSERT INTO payments_transfer (credit_id, debit_id, amount_minor, currency, kind, at, reference) "
        "SELECT credit_id, debit_id, 100000000, currency, kind, at, 'again' FROM payments_transfer "
        "WHERE kind = 'commit' LIMIT 1",
        actor=finance.preparer,
    )
    assert "holds only" in words


def test_one_death_after_the_approval_withholds_one_line_and_pays_the_others(
    pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    steps.approve(pension_payroll)
    lines = list(lines_of(pension_payroll))
    widow, held = lines[0].person, lines[2].household
    with acting(actor=finance.preparer, at=AT, reason="Death reported"):
        widow.died_on = AT.date()
        widow.save(update_fields=["died_on"])
    holds.place(household_id=held.pk, reason="Case", case_reference="GR-1", actor=finance.preparer, at=AT)

    released = steps.hand_over(pension_payroll)

    found = {(line.person_id, line.status, line.status_reason) for line in lines_of(released)}
    assert found == {
        (lines[0].person_id, "withheld", "died"),
        (lines[2].person_id, "withheld", "held"),
        (lines[4].person_id, "released", ""),
    }
    assert (released.withheld_count, released.withheld_minor) == (4, 4 * 95_000)
    assert sum(file.line_count for file in released.files.exclude(kind="paypoint_xlsx")) == 2
    assert {line.entitlement.status for line in lines_of(released) if line.status == "withheld"} == {"owed"}
    sums = dict(Transfer.objects.filter(payroll=released).values_list("kind", "amount_minor"))
    assert sums == {"commit": 6 * 95_000, "release": 2 * 95_000, "withheld": 4 * 95_000}
    words = refused_by_the_database(
        "DELETE FROM payments_instruction WHERE payroll_id = %s AND status = 'withheld'",
        actor=finance.preparer,
        parameters=(released.pk,),
    )
    assert "removed from a draft payroll alone" in words


def test_sending_back_needs_a_reason(pension_payroll: Payroll, steps: Steps, finance: Finance) -> None:
    steps.submit(pension_payroll)
    with pytest.raises(ReasonNeeded):
        payrolls.send_back(payroll_id=pension_payroll.pk, reason=" ", actor=finance.approver, at=AT)
    with pytest.raises(NotPermitted):
        payrolls.send_back(payroll_id=pension_payroll.pk, reason="Because", actor=finance.preparer, at=AT)


def test_somebody_who_held_every_role_would_still_not_do_two_of_the_three_steps(
    pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    def almighty(actor: Actor) -> Actor:
        grants = {**finance.preparer.grants, **finance.approver.grants, **finance.releaser.grants}
        return dataclasses.replace(actor, grants=grants)

    submitted = steps.submit(pension_payroll)
    with pytest.raises(payrolls.SameOfficer):
        payrolls.approve(payroll_id=submitted.pk, seen_digest=submitted.seal, actor=almighty(finance.preparer), at=AT)
    payrolls.approve(payroll_id=submitted.pk, seen_digest=submitted.seal, actor=almighty(finance.approver), at=AT)
    for actor in (finance.preparer, finance.approver):
        with pytest.raises(payrolls.SameOfficer):
            payrolls.release(payroll_id=submitted.pk, actor=almighty(actor), at=AT)
