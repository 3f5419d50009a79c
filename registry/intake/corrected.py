"""The corrected copy: rows as they came, with what was wrong, for somebody to mend and send again. Pure: no Django.

Two CSV files in one archive, or a workbook of two sheets: the format in which the rows came. What a spreadsheet would
take for a formula is made text; the import takes the mark off again (``cells.unguarded``).
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import xlsxwriter

from core.spreadsheets import guarded
from registry.intake.parts import read_headers, read_orphans, read_records

_NAMES = {"h": "households", "m": "persons"}
_BESIDE = {"h": ("corrects", "messages"), "m": ("messages",)}
NO_HOUSEHOLD = "household_no: No household has this number in the file or sheet of households."


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A household that did not enter: the submission that its correction replaces, and sentences by kind and row."""

    corrects: str = ""
    messages: Mapping[tuple[str, int], Sequence[str]] = field(default_factory=dict)


class CorrectedCopy:
    """Writes the copy as its households come, part by part."""

    def __init__(self, folder: Path, *, out: Path, workbook: bool) -> None:
        self._folder, self._out = folder, out
        headers = read_headers(folder)
        self._came = {kind: headers[kind] for kind in _NAMES}
        self._kept = {
            kind: [n for n, name in enumerate(self._came[kind]) if name not in _BESIDE[kind]] for kind in _NAMES
        }
        self._sheets: _Book | _Pair = _Book(out) if workbook else _Pair(out)
        self.households = 0
        self.rows = 0

    def __enter__(self) -> CorrectedCopy:
        for kind, kept in self._kept.items():
            self._sheets.write(kind, [*(self._came[kind][n] for n in kept), *_BESIDE[kind]])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sheets.close()

    def part(self, number: int, kept_out: Mapping[str, KeptOut]) -> None:
        """The rows of those households of a part that were kept out."""
        seen: set[str] = set()
        for kind, key, line, cells in read_records(self._folder, number):
            if kind == "i" or (told := kept_out.get(key)) is None:
                continue
            sheet = "m" if kind == "m" else "h"
            self.households += key not in seen
            seen.add(key)
            self._row(sheet, cells, told.corrects if kind == "h" else "", told.messages.get((sheet, line), ()))

    def orphans(self) -> None:
        """The rows of persons whose household is not there."""
        for _line, cells in read_orphans(self._folder):
            self._row("m", cells, "", [NO_HOUSEHOLD])

    def _row(self, kind: str, cells: Sequence[str], corrects: str, messages: Iterable[str]) -> None:
        width = len(self._came[kind])
        surplus = [cell for cell in cells[width:] if cell]
        told = [*messages, *([f"Cells beyond the last column: {'; '.join(surplus)}."] if surplus else [])]
        row = [cells[n] if n < len(cells) else "" for n in self._kept[kind]]
        self._sheets.write(kind, [*row, *([corrects] if kind == "h" else []), " ".join(told)])
        self.rows += 1


class _Pair:
    """Two CSV files in one archive."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._paths = {kind: out.with_name(f"corrected-{name}.csv") for kind, name in _NAMES.items()}
        self._open = ExitStack()
        self._write = {
            kind: csv.writer(
                self._open.enter_context(path.open("w", encoding="utf-8-sig", errors="replace", newline=""))
            ).writerow
            for kind, path in self._paths.items()
        }

    def write(self, kind: str, cells: Sequence[str]) -> None:
        self._write[kind]([guarded(cell) for cell in cells])

    def close(self) -> None:
        self._open.close()
        with zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED) as archive:
            for kind, path in self._paths.items():
                archive.write(path, f"{_NAMES[kind]}.csv")
                path.unlink()


class _Book:
    """A workbook of two sheets; every cell is a text, and formatted as one, so that nothing is reckoned."""

    def __init__(self, out: Path) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book: Any = xlsxwriter.Workbook(str(out), options)
        self._text = self._book.add_format({"num_format": "@"})
        self._head = self._book.add_format({"num_format": "@", "bold": True, "bottom": 1})
        self._sheets = {kind: self._book.add_worksheet(name) for kind, name in _NAMES.items()}
        self._next = dict.fromkeys(_NAMES, 0)

    def write(self, kind: str, cells: Sequence[str]) -> None:
        sheet, row = self._sheets[kind], self._next[kind]
        if row == 0:
            sheet.freeze_panes(1, 1)
            sheet.set_column(0, len(cells) - 2, 14, self._text)
            sheet.set_column(len(cells) - 1, len(cells) - 1, 60, self._text)
        for place, cell in enumerate(cells):
            if cell:
                sheet.write_string(row, place, cell[:32_767], self._text if row else self._head)
        self._next[kind] = row + 1

    def close(self) -> None:
        self._book.close()
