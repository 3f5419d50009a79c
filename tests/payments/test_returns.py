"""Returns, line by line: what fits settles its line once; what does not says why and does nothing."""

from datetime import date
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection
from hypothesis import given
from hypothesis import strategies as st

from core.access.actor import NotPermitted
from core.acting import acting
from core.models import User
from payments import returns
from payments.actions import payrolls, reconciling
from payments.models import Entitlement, Instruction, Payroll, ReturnFile, ReturnLine, Transfer
from payments.queries.payrolls import by_status
from payments.sample import Sent, provider_returns, returns_for
from tests.fixtures.payments import AT, LATER, Finance, Steps

HEADER = "reference,status,reason,amount,date"


def lines_of(payroll: Payroll) -> list[Instruction]:
    return list(Instruction.objects.filter(cycle_id=payroll.cycle_id, payroll_id=payroll.pk).order_by("id"))


@pytest.fixture
def released(pension_payroll: Payroll, steps: Steps) -> Payroll:
    return steps.release(pension_payroll)


@pytest.fixture
def enter(released: Payroll, finance: Finance) -> Any:
    def enter(*rows: str, name: str = "returns.csv") -> ReturnFile:
        return reconciling.import_returns(
            payroll_id=released.pk,
            content="\n".join([HEADER, *rows]).encode(),
            name=name,
            actor=finance.preparer,
            at=LATER,
        )

    return enter


def test_released_is_paid_and_returned_and_outstanding_at_every_moment(
    released: Payroll, enter: Any, finance: Finance
) -> None:
    one, two, three, *rest = (line.reference for line in lines_of(released))
    enter(f"{one},paid,,950.00,2026-03-17", f"{two},returned,account_closed,950.00,2026-03-17")
    enter(f"{three},paid,,950,2026-03-18")

    sums = {status: row.count for status, row in by_status(actor=finance.preparer, payroll=released).items()}
    assert sums == {"paid": 2, "returned": 1, "released": 3}
    released.refresh_from_db()
    assert released.status == "released"
    with pytest.raises(payrolls.IllegalMove):
        payrolls.close(payroll_id=released.pk, actor=finance.preparer, at=LATER)

    enter(*(f"{reference},paid,,950.00,2026-03-18" for reference in rest))
    released.refresh_from_db()
    assert released.status == "reconciled"
    kinds = dict.fromkeys(("paid", "returned"), 0)
    for kind, amount in Transfer.objects.filter(payroll=released, kind__in=kinds).values_list("kind", "amount_minor"):
        kinds[kind] += amount
    assert kinds == {"paid": 5 * 95_000, "returned": 95_000}
    states = sorted(Entitlement.objects.values_list("status", flat=True))
    assert states == ["owed", *["paid"] * 5]


def test_rows_that_do_not_fit_say_why_and_do_nothing(released: Payroll, enter: Any) -> None:
    one, two, three, four, five, _six = (line.reference for line in lines_of(released))
    enter(f"{one},paid,,950.00,2026-03-17")

    file = enter(
        f"{one},returned,other,950.00,2026-03-17",
        f"{one},paid,,950.00,2026-03-17",
        f"{two},paid,,949.99,2026-03-17",
        f"{three},paid,,950.00,2026-03-15",
        f"{four},paid,,950.00,2026-03-19",
        f"{five},paid,,950.00,2026-03-17",
        f"{five},returned,other,950.00,2026-03-17",
        "PY-NOSUCH,paid,,950.00,2026-03-17",
    )

    said = dict(ReturnLine.objects.filter(file=file).values_list("row", "problem"))
    assert said == {
        2: "This payment was reported as paid before.",
        3: "An earlier row of this file reports the same payment.",
        4: "The amount is not that of the payment.",
        5: "The day lies before the release.",
        6: "The day lies in the future.",
        7: "",
        8: "An earlier row of this file reports the same payment.",
        9: "No payment of this payroll has this reference.",
    }
    assert (file.paid_count, file.returned_count, file.refused_count) == (1, 0, 7)
    assert [line.status for line in lines_of(released)] == ["paid", *["released"] * 3, "paid", "released"]
    once_more = enter(f"{one},paid,,950.00,2026-03-18")
    assert [row.problem for row in once_more.rows.all()] == ["This payment was already reported so."]


def test_the_same_file_twice_changes_nothing(released: Payroll, finance: Finance) -> None:
    content = provider_returns(released, 7)
    enter = {"payroll_id": released.pk, "content": content, "name": "a.csv", "actor": finance.preparer}
    first = reconciling.import_returns(**enter, at=LATER)
    before = list(Transfer.objects.order_by("id").values()), [line.status for line in lines_of(released)]

    again = reconciling.import_returns(**enter, at=LATER)

    assert again.pk == first.pk
    assert (list(Transfer.objects.order_by("id").values()), [line.status for line in lines_of(released)]) == before
    assert ReturnFile.objects.count() == 1


def test_returns_are_entered_by_who_reconciles_and_after_the_release_alone(
    pension_payroll: Payroll, steps: Steps, finance: Finance
) -> None:
    reference = lines_of(pension_payroll)[0].reference
    content = f"{HEADER}\n{reference},paid,,950.00,2026-03-17".encode()
    given = {"payroll_id": pension_payroll.pk, "content": content, "name": "a.csv", "at": LATER}
    with pytest.raises(payrolls.IllegalMove):
        reconciling.import_returns(**given, actor=finance.preparer)
    steps.release(pension_payroll)
    for actor in (finance.approver, finance.releaser):
        with pytest.raises(NotPermitted):
            reconciling.import_returns(**given, actor=actor)
    with pytest.raises(reconciling.NothingFits):
        reconciling.import_returns(
            **{**given, "content": f"{HEADER}\nPY-X,paid,,950.00,2026-03-17".encode()}, actor=finance.preparer
        )
    assert not ReturnFile.objects.exists()


def test_a_settled_line_does_not_move_again_in_the_database_either(
    released: Payroll, enter: Any, finance: Finance
) -> None:
    line = lines_of(released)[0]
    enter(f"{line.reference},paid,,950.00,2026-03-17")
    with (
        pytest.raises(DatabaseError, match="Invalid transition"),
        acting(actor=finance.preparer, at=AT),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE payments_instruction SET status = 'returned' WHERE reference = %s", (line.reference,))


def test_nothing_is_settled_when_the_audit_log_cannot_be_written(
    committed_db: None, owner_connection: psycopg.Connection, released: Payroll, enter: Any
) -> None:
    owner_connection.execute("ALTER TABLE core_audit ADD CHECK (action <> 'payroll.returns') NOT VALID")
    with pytest.raises(IntegrityError):
        enter(f"{lines_of(released)[0].reference},paid,,950.00,2026-03-17")
    assert {line.status for line in lines_of(released)} == {"released"}
    assert not ReturnFile.objects.exists()


def test_the_command_enters_a_file_and_explains_a_bad_one(
    released: Payroll, finance: Finance, tmp_path: Any, capsys: Any
) -> None:
    email = User.objects.get(pk=finance.preparer.user_id).email
    path = tmp_path / "returns.csv"
    path.write_text(f"{HEADER}\nX,paid,,nothing,2026-03-17\n")
    with pytest.raises(CommandError, match=r"returns.csv: Row 2, column amount: 'nothing' is not an amount"):
        call_command("reconcile", str(path), payroll=released.reference, user=email)
    path.write_bytes(provider_returns(released, 1))
    call_command("reconcile", str(path), payroll=released.reference.lower(), user=email)
    assert "rows without effect" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Row 1: the columns must be"),
        (b"a,b,c\n1,2,3", "Row 1: the columns must be"),
        (HEADER.encode(), "Row 1: the file has no rows."),
        (HEADER.encode() + b"\nX,paid,,1.00", "Row 2: it has 4 values, 5 are needed."),
        (HEADER.encode() + b"\nX,maybe,,1.00,2026-03-17", "Row 2, column status"),
        (HEADER.encode() + b"\nX,returned,,1.00,2026-03-17", "Row 2, column reason"),
        (HEADER.encode() + b"\nX,paid,other,1.00,2026-03-17", "Row 2, column reason"),
        (HEADER.encode() + b"\nX,paid,,1.005,2026-03-17", "Row 2, column amount"),
        (HEADER.encode() + b"\nX,paid,,-1,2026-03-17", "Row 2, column amount"),
        (HEADER.encode() + b"\nX,paid,,NaN,2026-03-17", "Row 2, column amount"),
        (HEADER.encode() + b"\nX,paid,,1e999999,2026-03-17", "Row 2, column amount"),
        (HEADER.encode() + b"\nX,paid,,1.00,2026-13-01", "Row 2, column date"),
        (HEADER.encode() + b"\n,paid,,1.00,2026-03-17", "Row 2, column reference"),
        (HEADER.encode() + b'\n"X,paid,,1.00,2026-03-17', "quotation marks"),
        (HEADER.encode() + b"\n\xffX,paid,,1.00,2026-03-17", "Row 2: the file is not in UTF-8."),
        (b"PK\x03\x04\x00\x00", "this is not a CSV file"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_row_and_column(content: bytes, sentence: str) -> None:
    with pytest.raises(returns.UnreadableReturns) as refusal:
        returns.read(content, currency="LSL")
    assert sentence in str(refusal.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_with_a_sentence(content: bytes) -> None:
    try:
        assert returns.read(HEADER.encode() + b"\n" + content, currency="LSL")
    except returns.UnreadableReturns as error:
        assert error.problems


@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**9), min_size=1, max_size=30))
def test_the_sample_provider_writes_what_the_reader_reads(seed: int, amounts: list[int]) -> None:
    sent = [Sent(f"PY-{index:07}", "cash", amount) for index, amount in enumerate(amounts)]
    content = returns_for(sent, currency="LSL", on=date(2026, 3, 17), seed=seed)

    assert content == returns_for(sent, currency="LSL", on=date(2026, 3, 17), seed=seed)
    assert [row.amount_minor for row in returns.read(content, currency="LSL")] == amounts


def test_the_sample_provider_pays_about_97_of_100() -> None:
    sent = [Sent(f"PY-{index:07}", "bank", 100) for index in range(5000)]
    rows = returns.read(returns_for(sent, currency="LSL", on=date(2026, 3, 17), seed=1), currency="LSL")
    assert 0.96 < sum(row.status == "paid" for row in rows) / len(rows) < 0.98
