"""Files for providers: valid, adding up, and with nobody's name read as markup or formula."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from core.files import stored_path
from payments.files import pain001, paylist
from payments.models import Instruction, Payroll
from tests.fixtures.payments import Steps

STANDARDS = Path(__file__).resolve().parents[3] / "shared" / "standards" / "iso20022"
NAMES = ["#let x = 1", "*bold* _it_", "$x^2$ @ref <tag>", "[a] #panic()", "=1+1", "+2", "-3", "@SUM(A1)", "Tšepo ’Mè"]
SPACE = {"p": pain001.NAMESPACE}


def schema() -> etree.XMLSchema:
    path = STANDARDS / "pain.001.001.09.xsd"
    if not path.is_file():
        pytest.skip("The ISO 20022 schemas are not beside the project (../shared/standards/iso20022).")
    return etree.XMLSchema(etree.parse(path))


def credits_of(names: list[str], amounts: list[int]) -> list[pain001.Credit]:
    return [
        pain001.Credit(
            reference=f"PY-7K3M9QX2TB-4-{index:09}",
            name=name,
            account=f"{index:010}",
            member_id="900001" if index % 2 else "",
            bic="",
            provider="bank" if index % 2 else "mobile",
            amount_minor=amount,
            purpose="Child Grants Programme 2026-01",
        )
        for index, (name, amount) in enumerate(zip(names, amounts, strict=True))
    ]


def message(credits: list[pain001.Credit]) -> bytes:
    return pain001.document(
        message_id="PY-7K3M9QX2TB-4",
        made_at=datetime(2026, 3, 16, 9, 0, tzinfo=UTC),
        pay_on=date(2026, 3, 16),
        initiator="MINISTRY SAMPLE GRANTS ACCOUNT",
        account="9000000000001",
        bank_member_id="900001",
        currency="LSL",
        credits=credits,
    )


def test_a_released_payroll_s_files_add_up_to_it_and_are_valid(pension_payroll: Payroll, steps: Steps) -> None:
    released = steps.release(pension_payroll)
    files = {file.kind: (file, stored_path(file.stored).read_bytes()) for file in released.files.all()}
    root = etree.fromstring(files["pain001"][1])
    lines = list(Instruction.objects.filter(cycle_id=released.cycle_id).order_by("id"))

    transfers = root.findall(".//p:CdtTrfTxInf", SPACE)
    ids = [node.findtext("p:PmtId/p:EndToEndId", namespaces=SPACE) for node in transfers]
    assert sorted(ids) == sorted(line.reference for line in lines if line.account_kind != "cash")
    assert root.findtext(".//p:GrpHdr/p:NbOfTxs", namespaces=SPACE) == "4"
    assert root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=SPACE) == "3800.00"
    blocks = root.findall(".//p:PmtInf", SPACE)
    assert [block.findtext("p:CtrlSum", namespaces=SPACE) for block in blocks] == ["1900.00", "1900.00"]

    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(files["paypoint_pdf"][1])).pages)
    cash = [line for line in lines if line.account_kind == "cash"]
    assert "LSL 1,900.00" in text and "Signature" in text and released.seal[:16] in text
    assert all(line.reference in text for line in cash)
    number = cash[0].recipient_person.interim_number
    assert f"…{number[-4:]}" in text and number not in text
    sheet = openpyxl.load_workbook(io.BytesIO(files["paypoint_xlsx"][1])).active
    assert sheet.cell(row=sheet.max_row, column=10).value == 1900
    total = sum(file.total_minor for file, _content in files.values() if file.kind != "paypoint_xlsx")
    assert total == released.total_minor
    schema().assertValid(root)


def test_names_with_markup_and_formulas_stay_names(
    make_budget: Any, pensioner: Any, make_cycle: Any, prepare: Any, steps: Steps
) -> None:
    make_budget("OAP")
    for index, name in enumerate(NAMES):
        account = ("bank", "bank", f"{index:010}") if index % 2 else None
        pensioner(account=account, given_names=name, surname="&<b>")
    payroll = prepare(make_cycle("OAP", first=date(2026, 2, 1), last=date(2026, 2, 28)))

    released = steps.release(payroll)

    files = {file.kind: stored_path(file.stored).read_bytes() for file in released.files.all()}
    root = etree.fromstring(files["pain001"])
    found = {node.text for node in root.iterfind(".//p:Cdtr/p:Nm", SPACE)}
    assert found == {f"{name} &<b>" for name in NAMES[1::2]}
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files["paypoint_pdf"])).pages)
    squeezed = "".join(text.split())
    assert all("".join(f"{name}&<b>".split()) in squeezed for name in NAMES[::2])
    sheet = openpyxl.load_workbook(io.BytesIO(files["paypoint_xlsx"])).active
    cells = [cell for row in sheet.iter_rows(min_row=2, min_col=6, max_col=6) for cell in row if cell.value]
    assert sorted(cell.value for cell in cells) == sorted(f"{name} &<b>" for name in NAMES[::2])
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s", "n"}
    schema().assertValid(root)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.text(max_size=200), st.integers(1, 10**12)), min_size=1, max_size=8))
def test_any_names_and_amounts_make_a_valid_message_that_adds_up(rows: list[tuple[str, int]]) -> None:
    content = message(credits_of([name for name, _amount in rows], [amount for _name, amount in rows]))
    root = etree.fromstring(content)

    cents = [int(node.text.replace(".", "")) for node in root.iterfind(".//p:InstdAmt", SPACE)]
    assert sum(cents) == sum(amount for _name, amount in rows)
    assert int(root.findtext(".//p:GrpHdr/p:CtrlSum", namespaces=SPACE).replace(".", "")) == sum(cents)
    assert int(root.findtext(".//p:GrpHdr/p:NbOfTxs", namespaces=SPACE)) == len(rows)
    schema().assertValid(root)


def test_the_printed_list_gives_each_pay_point_its_own_page() -> None:
    lines = [
        paylist.Line(
            f"PP-{point}",
            f"Point {point}",
            "District",
            "Village",
            f"PY-X-{index:09}",
            "A B",
            "A B",
            "Self",
            "1234",
            100,
        )
        for point in ("A", "B", "C")
        for index in range(3)
    ]
    sheet = paylist.Sheet("Country", "Programme", "Cycle", "PY-X", "LSL", "1 March 2026", "ab" * 32, lines)

    pages = [page.extract_text() for page in PdfReader(io.BytesIO(paylist.pdf(sheet))).pages]

    assert len(pages) == 4
    for name, text in zip(("A", "B", "C"), pages, strict=False):
        assert f"Point {name}" in text and "3.00" in text
    assert "1 / 4" in pages[0] and "9.00" in pages[3]
