"""One import file as rows: what is wrong with it as a file, and its rows with their numbers. Pure: no Django."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from registry.intake.cells import quoted
from registry.intake.columns import Column, Required
from registry.intake.issues import Issue, Severity
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire

# A longer line is left to the reader of CSV, which refuses cells beyond its limit (131,072 characters).
_PLAIN = 100_000
# Cells are far shorter. A longer line is no table, and must not be held in memory whole.
LONGEST_LINE = 1_000_000
_HEADER_BYTES = 1 << 16

Fault = tuple[str, str, str]
"""What is wrong with a row: column, code, sentence."""

_KINDS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a spreadsheet or another packed file"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)


def cells_of(lines: Iterator[str]) -> Iterator[list[str]]:
    """The rows of CSV. A line without quotes is cut at its commas, which gives the same at a third of the work.

    Raises:
        csv.Error: this is no CSV.
    """
    waits: list[str] = []

    def from_here() -> Iterator[str]:
        while (line := waits.pop() if waits else next(lines, None)) is not None:
            yield line

    quoted_rows = csv.reader(from_here(), strict=True)
    for line in lines:
        if '"' in line or len(line) > _PLAIN:
            waits.append(line)
            yield next(quoted_rows)
        else:
            bare = line.rstrip("\r\n")
            yield bare.split(",") if bare else []


class FilesRefused(Exception):
    """These files cannot be read as households and persons; ``issues`` says why, sentence by sentence."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = list(issues)
        super().__init__(str(issues[0]))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it lies, and as its sender calls it; ``faults`` by row number were found before it was CSV."""

    path: Path
    name: str
    faults: Mapping[int, Sequence[Fault]] = field(default_factory=dict)


def issue(file: SourceFile, row: int | None, column: str, code: str, message: str) -> Issue:
    """A finding about a file: where it stands, and what is wrong."""
    where = file.name + (f", row {row}" if row else "") + (f", column {column}" if column else "")
    return Issue(code, Severity.ERROR, column, message, where)


def wrong_kind(file: SourceFile) -> Issue | None:
    """Why this is no CSV file at all, as its first bytes tell."""
    with file.path.open("rb") as stream:
        head = stream.read(4096)
    if not head.strip():
        return issue(file, None, "", "empty_file", "This file is empty.")
    for start, what in _KINDS:
        if head.startswith(start):
            return issue(file, None, "", "wrong_kind", f"This is {what}, not a CSV file: save it as CSV in UTF-8.")
    if b"\x00" in head:
        return issue(file, None, "", "wrong_kind", "This is not a text file: save it as CSV in UTF-8.")
    return None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns of a file."""

    known: frozenset[str]
    required: frozenset[str]


def columns_of(
    core: tuple[Column, ...], about_file: tuple[Column, ...], questionnaire: Questionnaire, level: Level
) -> Wanted:
    """What a file may and must have: the register's columns, those about the file, one for each question."""
    return Wanted(
        known=frozenset(column.name for column in (*core, *about_file))
        | {question.code for question in questionnaire.of(level)},
        required=frozenset(column.name for column in core if column.required is not Required.NEVER),
    )


class Rows:
    """The rows of one file, with the number of each (the header is row 1)."""

    def __init__(self, stack: ExitStack, file: SourceFile, wanted: Wanted) -> None:
        self.file, self._wanted = file, wanted
        # Bytes that are not UTF-8 become half characters, which the reading of the cell finds and names.
        stream = stack.enter_context(file.path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline=""))
        self._written: list[str] = []
        self._line = 0
        self._rows = cells_of(self._lines(stream))
        self.header = [name.strip() for name in self._next() or []]
        self.key_column = self.header.index("household_no") if "household_no" in self.header else 0
        self.number = 1

    def _lines(self, stream: TextIO) -> Iterator[str]:
        """The lines of the file, those of the row under way kept as they were written."""
        while line := stream.readline(LONGEST_LINE):
            self._line += 1
            if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
                raise FilesRefused([issue(self.file, self._line, "", "not_csv", "This line has no end: it is no CSV.")])
            self._written.append(line)
            yield line

    def _next(self) -> list[str] | None:
        self._written.clear()
        try:
            return next(self._rows, None)
        except csv.Error as error:
            why = f"From here on this is not CSV (a quote left open?): {error}."
            raise FilesRefused([issue(self.file, self._line, "", "not_csv", why)]) from error

    def header_issues(self) -> list[Issue]:
        found: list[Issue] = []

        def add(code: str, message: str, column: str = "") -> None:
            found.append(issue(self.file, 1, column, code, message))

        if any("\ud800" <= character <= "\udfff" for name in self.header for character in name):
            add("not_utf8", f"The header holds bytes that are not UTF-8 ({_first_bad_byte(self.file)}): save as UTF-8.")
            return found
        if len(self.header) == 1 and any(mark in self.header[0] for mark in ";\t|"):
            add("wrong_delimiter", "The columns are not parted by commas: save the file with commas.")
            return found
        for name in sorted(self._wanted.required - set(self.header)):
            add("column_missing", f"The column {name} is missing.", name)
        for name in dict.fromkeys(self.header):
            if not name:
                add("column_unnamed", "A column has no name.")
            elif name not in self._wanted.known:
                add("column_unknown", f"Nothing is called {quoted(name)} in this file's columns.")
            elif self.header.count(name) > 1:
                add("column_repeated", f"The column {name} stands more than once.", name)
        return found

    def __iter__(self) -> Iterator[tuple[int, list[str], str]]:
        """Number, cells and text of each row that is not blank."""
        while (cells := self._next()) is not None:
            self.number += 1
            if any(cells):
                text = self._written[0] if len(self._written) == 1 else "".join(self._written)
                yield self.number, cells, text if text.endswith(("\n", "\r")) else text + "\n"


def _first_bad_byte(file: SourceFile) -> str:
    with file.path.open("rb") as stream:
        data = stream.read(_HEADER_BYTES)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"the first is byte {error.start + 1}, 0x{data[error.start]:02X}"
    return "far from the start"
