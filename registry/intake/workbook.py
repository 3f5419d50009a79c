"""A workbook of two sheets, written anew as the pair of files of the import. Pure: no Django.

What a cell shows is what counts: a date under a format without a day is a month, a number under a format of zeros has
its leading zeros. ``workbook_safety`` has looked at the packed file before anything of it is read here.
"""

from __future__ import annotations

import csv
import re
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from registry.intake import workbook_safety
from registry.intake.columns import NO, YES
from registry.intake.rows import Fault, FilesRefused, SourceFile, issue
from registry.intake.workbook_safety import Looked, Refused

SHEETS = ("households", "persons")
MOST_COLUMNS = 2_000
# A spreadsheet keeps fifteen digits of a number; the rest it invents.
_EXACT_BELOW = 10**15
_ZEROS = re.compile(r"0{2,}").fullmatch
# How a workbook writes characters that XML cannot hold.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_TOO_LONG = "This number is longer than a spreadsheet's number can be: set the column to text and write it again."
_NO_VALUE = "This formula has no value: open the workbook in a spreadsheet, save it there, and send it again."


def is_packed(head: bytes) -> bool:
    """Whether these first bytes are those of a packed file, as a workbook is."""
    return head.startswith(b"PK\x03\x04")


def convert(file: SourceFile, folder: Path) -> tuple[SourceFile, SourceFile]:
    """Write the two sheets as ``households.csv`` and ``persons.csv`` into ``folder``; returns them.

    A row keeps its number. What cannot be told in a text (a formula without a value) is a fault of its row.

    Raises:
        FilesRefused: it is no workbook that may be read, or has not the two sheets.
    """
    with ExitStack() as opened:
        try:
            workbook_safety.require_packed_workbook(file.path)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about drop-downs and styles that it does not know
                # Opened here: stored files have no ending, by which openpyxl would judge them.
                stream = opened.enter_context(file.path.open("rb"))
                book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        except Refused as refused:
            raise FilesRefused([issue(file, None, "", refused.code, str(refused))]) from refused
        except (
            InvalidFileException,
            zipfile.BadZipFile,
            KeyError,
            ValueError,
            TypeError,
            OSError,
            SyntaxError,
        ) as error:
            sentence = "This workbook is damaged: save it anew as .xlsx and send that file."
            raise FilesRefused([issue(file, None, "", "wrong_kind", sentence)]) from error
        opened.callback(book.close)
        names = _sheets(file, book.sheetnames)
        return _convert(file, book, names[SHEETS[0]], folder), _convert(file, book, names[SHEETS[1]], folder)


def sheet_names(name: str) -> tuple[str, str]:
    """What messages call the two sheets of a workbook of this name."""
    return f"{name}, sheet {SHEETS[0]}", f"{name}, sheet {SHEETS[1]}"


def _sheets(file: SourceFile, there: Sequence[str]) -> Mapping[str, str]:
    """The names of the two sheets as the workbook writes them, capitals and blanks apart."""
    found = {name.strip().lower(): name for name in there}
    missing = [name for name in SHEETS if name not in found]
    if missing:
        known = ", ".join(there[:10])
        told = [
            issue(file, None, "", "sheet_missing", f"There is no sheet called {name}. The sheets are: {known}.")
            for name in missing
        ]
        raise FilesRefused(told)
    return found


def _convert(file: SourceFile, book: Any, name: str, folder: Path) -> SourceFile:
    sheet = book[name]
    key = name.strip().lower()
    source = SourceFile(folder / f"{key}.csv", sheet_names(file.name)[SHEETS.index(key)])
    if not hasattr(sheet, "iter_rows"):
        raise FilesRefused([issue(source, None, "", "wrong_kind", "This sheet is a chart, not a table.")])
    try:
        looked = _look(file, sheet)
        faults = _Faults(looked)
        with source.path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as out:
            _write(sheet, source, csv.writer(out, lineterminator="\n").writerow, faults)
    except Refused as refused:
        raise FilesRefused([issue(source, None, "", refused.code, str(refused))]) from refused
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, SyntaxError, OSError) as error:
        sentence = "This sheet is damaged: save the workbook anew as .xlsx and send that file."
        raise FilesRefused([issue(source, None, "", "wrong_kind", sentence)]) from error
    if looked.merged:
        raise FilesRefused(
            [
                issue(source, None, "", "merged_cells", f"The cells {ref} are merged: part them and fill in each.")
                for ref in looked.merged[:20]
            ]
        )
    return SourceFile(source.path, source.name, faults.by_row)


def _look(file: SourceFile, sheet: Any) -> Looked:
    with zipfile.ZipFile(file.path) as archive, archive.open(sheet._worksheet_path) as stream:
        return workbook_safety.look_through(stream)


class _Faults:
    """Faults by row, made of what the look found and what the reading finds."""

    def __init__(self, looked: Looked) -> None:
        self.by_row: dict[int, list[Fault]] = {}
        self._no_value = looked.formulas_without_value
        self.header: list[str] = []

    def add(self, row: int, place: int, code: str, sentence: str) -> None:
        if place < len(self.header):
            self.by_row.setdefault(row, []).append((self.header[place], code, sentence))

    def formulas(self, row: int) -> None:
        for place in self._no_value.get(row, ()):
            self.add(row, place, "formula_without_value", _NO_VALUE)


def _write(sheet: Any, source: SourceFile, write: Callable[[Iterable[str]], Any], faults: _Faults) -> None:
    sheet.reset_dimensions()  # what the workbook says of its own size is not believed
    header = _header(next(sheet.iter_rows(max_row=1, max_col=MOST_COLUMNS + 1), ()))
    if len(header) > MOST_COLUMNS:
        raise Refused("wrong_kind", f"This sheet has more than {MOST_COLUMNS:,} columns.")
    if not header:
        raise Refused("empty_file", "The first row of this sheet is empty: the names of the columns stand there.")
    faults.header, width = header, len(header)
    write(header)
    # One more column than the header has, so that a cell beside the table is noticed.
    absent: tuple[Any, ...] | None = None  # for every row that the sheet passes over the reader gives the same one
    for number, cells in enumerate(sheet.iter_rows(min_row=2, max_col=width + 1), start=2):
        if cells is absent:
            write(())
            continue
        texts = ["" if cell.value is None else _told(cell, number, place, faults) for place, cell in enumerate(cells)]
        beside = len(texts) > width and texts.pop()
        told = [*texts, beside] if beside else texts if any(texts) else ()
        write(told)
        faults.formulas(number)
        absent = absent if told else cells


def _header(cells: Sequence[Any]) -> list[str]:
    names = [str(cell.value).strip() if cell.value is not None else "" for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _told(cell: Any, row: int, place: int, faults: _Faults) -> str:
    """The text that the cell shows, as the import reads it."""
    value = cell.value
    if isinstance(value, str):
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int | float):
        if abs(value) >= _EXACT_BELOW:
            faults.add(row, place, "number_too_long", _TOO_LONG)
        return number_text(value, cell.number_format)
    if isinstance(value, datetime | date):
        return date_text(value, cell.number_format)
    return str(value)


def number_text(value: int | float, shown_as: str) -> str:
    """A number in plain digits, with the leading zeros that its format shows."""
    if isinstance(value, float) and not value.is_integer():
        return format(Decimal(format(value, ".15g")), "f")
    text = str(int(value))
    return text.zfill(len(shown_as)) if _ZEROS(shown_as or "") and value >= 0 else text


def date_text(value: date, shown_as: str) -> str:
    """A date as far as its format shows it: to the day, the month or the year."""
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        return value.isoformat(sep=" ", timespec="seconds")
    letters = _QUOTED.sub("", (shown_as or "").split(";")[0]).lower()
    if "d" in letters or "y" not in letters:
        return f"{value.year:04}-{value.month:02}-{value.day:02}"
    return f"{value.year:04}-{value.month:02}" if "m" in letters else f"{value.year:04}"
