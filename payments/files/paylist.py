"""Pay-point lists for cash: to print and sign (PDF), and to work with (XLSX). Pure: no Django."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import typst
import xlsxwriter

from core.money import EXPONENTS, Money

TEMPLATE = Path(__file__).with_name("paylist.typ")


@dataclass(frozen=True, slots=True)
class Line:
    """One payment in cash. ``mark`` is the end of the recipient's identity number: the rest is never printed."""

    point_code: str
    point: str
    district: str
    place: str
    reference: str
    beneficiary: str
    recipient: str
    recipient_kind: str
    mark: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the list says at its head, and its lines in the order of district, pay point and name."""

    country: str
    programme: str
    cycle: str
    payroll: str
    currency: str
    printed: str
    seal: str
    lines: Sequence[Line]


def pdf(sheet: Sheet) -> bytes:
    """The list with one pay point a page or more, a column to sign, page numbers and a summary.

    Names travel as data, so that nothing in them is read as typst's markup.
    """
    points: list[dict[str, Any]] = []
    for (district, code, name), group in groupby(sheet.lines, key=attrgetter("district", "point_code", "point")):
        mine = list(group)
        points.append(
            {
                "district": district,
                "code": code,
                "name": name,
                "total": _amount(sum(line.amount_minor for line in mine), sheet.currency),
                "lines": [_printed(line, sheet.currency) for line in mine],
            }
        )
    data = {
        "programme": sheet.programme,
        "cycle": sheet.cycle,
        "payroll": sheet.payroll,
        "currency": sheet.currency,
        "printed": f"{sheet.country}, {sheet.printed}",
        "seal": sheet.seal,
        "points": points,
        "count": len(sheet.lines),
        "total": _amount(sum(line.amount_minor for line in sheet.lines), sheet.currency),
    }
    return bytes(typst.compile(TEMPLATE.read_bytes(), sys_inputs={"sheet": json.dumps(data)}))


def xlsx(sheet: Sheet) -> bytes:
    """The same list as a workbook: texts are texts whatever they begin with, amounts are numbers."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        page = book.add_worksheet("Payments")
        bold = book.add_format({"bold": True})
        money = book.add_format({"num_format": "#,##0" + ("." + "0" * EXPONENTS[sheet.currency]).rstrip(".")})
        titles = ["District", "Pay point code", "Pay point", "Place", "Reference", "Beneficiary", "Receives", "As"]
        titles += ["Identity ends in", f"Amount {sheet.currency}", "Paid on", "Reason if not paid"]
        for column, title in enumerate(titles):
            page.write_string(0, column, title, bold)
        for row, line in enumerate(sheet.lines, start=1):
            texts = [line.district, line.point_code, line.point, line.place, line.reference, line.beneficiary]
            texts += [line.recipient, line.recipient_kind, line.mark]
            for column, text in enumerate(texts):
                page.write_string(row, column, text)
            page.write_number(row, 9, float(Money(sheet.currency, line.amount_minor).major), money)
        total = Money(sheet.currency, sum(line.amount_minor for line in sheet.lines))
        page.write_string(len(sheet.lines) + 1, 0, "Total", bold)
        page.write_number(len(sheet.lines) + 1, 9, float(total.major), money)
        page.freeze_panes(1, 0)
        page.set_column(0, 11, 18)
    return content.getvalue()


def _printed(line: Line, currency: str) -> dict[str, str]:
    return {
        "reference": line.reference,
        "beneficiary": line.beneficiary,
        "recipient": line.recipient,
        "kind": line.recipient_kind,
        "mark": f"…{line.mark}" if line.mark else "",
        "amount": _amount(line.amount_minor, currency),
    }


def _amount(minor: int, currency: str) -> str:
    return f"{Money(currency, minor).major:,.{EXPONENTS[currency]}f}"
