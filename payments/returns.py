"""Reading a provider's return file: CSV, one row a line of the payroll (docs/returns-format.md). Pure: no Django."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import EXPONENTS

COLUMNS = ("reference", "status", "reason", "amount", "date")
STATUSES = ("paid", "returned")
REASONS = {
    "account_closed": "The account is closed",
    "account_unknown": "The account does not exist",
    "name_differs": "The account is held by another name",
    "not_collected": "Nobody collected the money in time",
    "identity_not_proved": "Whoever came could not prove their identity",
    "deceased": "The recipient has died",
    "other": "Another reason",
}
"""Why a provider returns money. A convention of this project; docs/returns-format.md carries the same table."""
LARGEST = 50_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row as read: ``number`` counts the file's rows from 1, the header included."""

    number: int
    reference: str
    status: str
    reason: str
    amount_minor: int
    happened_on: date


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, in a sentence; ``column`` is empty where it is the whole row."""

    row: int
    column: str
    sentence: str

    def __str__(self) -> str:
        where = f"Row {self.row}" + (f", column {self.column}" if self.column else "")
        return f"{where}: {self.sentence}"


class UnreadableReturns(Exception):
    """The file as a whole cannot be read. ``problems`` says where."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(" ".join(str(problem) for problem in problems[:20]))


def read(content: bytes, *, currency: str) -> list[Row]:
    """Every row of the file. A file with one malformed row is refused whole: nothing is half entered.

    Raises:
        UnreadableReturns: not text, not this layout, empty, or rows with values that cannot be.
    """
    text = _text(content)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        header = next(reader, None)
        if header is None or tuple(name.strip().lower() for name in header) != COLUMNS:
            raise UnreadableReturns(Problem(1, "", f"the columns must be {', '.join(COLUMNS)}, in this order."))
        for number, cells in enumerate(reader, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            row, wrong = _row(number, cells, currency)
            problems += wrong
            if row:
                rows.append(row)
    except csv.Error as error:
        raise UnreadableReturns(Problem(reader.line_num, "", "the quotation marks do not match.")) from error
    if problems:
        raise UnreadableReturns(*problems)
    if not rows:
        raise UnreadableReturns(Problem(1, "", "the file has no rows."))
    return rows


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise UnreadableReturns(Problem(1, "", "the file is larger than 50 MB."))
    if b"\x00" in content:
        raise UnreadableReturns(Problem(1, "", "this is not a CSV file."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise UnreadableReturns(Problem(row, "", "the file is not in UTF-8.")) from error


def _row(number: int, cells: list[str], currency: str) -> tuple[Row | None, list[Problem]]:
    if len(cells) != len(COLUMNS):
        return None, [Problem(number, "", f"it has {len(cells)} values, {len(COLUMNS)} are needed.")]
    reference, status, reason, amount, day = (cell.strip() for cell in cells)
    problems: list[Problem] = []
    if not 1 <= len(reference) <= 40:
        problems.append(Problem(number, "reference", "the payment's reference is missing or too long."))
    if status not in STATUSES:
        problems.append(Problem(number, "status", f"'{status[:20]}' is neither paid nor returned."))
    if status == "returned" and reason not in REASONS:
        problems.append(Problem(number, "reason", f"'{reason[:30]}' is not a known reason."))
    if status == "paid" and reason:
        problems.append(Problem(number, "reason", "what was paid has no reason."))
    minor = _amount(amount, currency)
    if minor is None:
        problems.append(Problem(number, "amount", f"'{amount[:20]}' is not an amount such as 360.00."))
    happened = _day(day)
    if happened is None:
        problems.append(Problem(number, "date", f"'{day[:20]}' is not a day such as 2026-11-21."))
    if problems or minor is None or happened is None:
        return None, problems
    return Row(number, reference.upper(), status, reason, minor, happened), []


def _amount(text: str, currency: str) -> int | None:
    try:
        value = Decimal(text).scaleb(EXPONENTS[currency])
    except ArithmeticError:
        return None
    if not value.is_finite() or not 0 < value < 10**15 or value != value.to_integral_value():
        return None
    return int(value)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
