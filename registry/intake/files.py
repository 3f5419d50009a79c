"""A pair of import files: what is wrong with them as files, and their households in parts. Pure: no Django.

The files are read once, in order, and written anew as parts of about a thousand households each (``part-00000.csv``),
so that rows may stand in any order, memory stays small, and each part can be taken in alone and again after a crash.
A record of a part is the row as it stood in its file, behind its kind, its household and its number.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry.intake.cells import quoted
from registry.intake.columns import CORE_HOUSEHOLD_COLUMNS, CORE_PERSON_COLUMNS, Column, Membership, Required
from registry.intake.issues import Issue, Severity
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire

PART_SIZE = 1000
_MANY = 1000
_HEADERS = "headers.json"
_PLAIN_KEY = re.compile(r"[A-Za-z0-9-]+|#row-[0-9]+").fullmatch
# Bytes that are not UTF-8 go through as half characters; ends of lines stay as they are.
_AS_WRITTEN: Any = {"encoding": "utf-8", "errors": "surrogateescape", "newline": ""}

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


class FilesRefused(Exception):
    """These files cannot be read as households and persons; ``issues`` says why, sentence by sentence."""

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = list(issues)
        super().__init__(str(issues[0]))


@dataclass(frozen=True, slots=True)
class SourceFile:
    path: Path
    name: str


@dataclass(slots=True)
class Household:
    """The rows of one household, as written: cells by column, blanks left out."""

    key: str
    line: int
    row: dict[str, str]
    member_lines: list[int] = field(default_factory=list)
    members: list[dict[str, str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


@dataclass(slots=True)
class Spooled:
    """What the files hold: households in parts, and rows that belong to no household."""

    parts: int
    households: int
    persons: int
    issues: list[dict[str, str]] = field(default_factory=list)
    issues_left_off: int = 0
    missing_links: list[str] = field(default_factory=list)


def issue(file: SourceFile, row: int | None, column: str, code: str, message: str) -> Issue:
    """A finding about a file: where it stands, and what is wrong."""
    where = file.name + (f", row {row}" if row else "") + (f", column {column}" if column else "")
    return Issue(code, Severity.ERROR, column, message, where)


def spool(
    *,
    households: SourceFile,
    persons: SourceFile,
    questionnaire: Questionnaire,
    folder: Path,
    part_size: int = PART_SIZE,
) -> Spooled:
    """Read both files and write their parts into ``folder``, which must be there and empty of parts.

    Raises:
        FilesRefused: one of them cannot be read as what it should be; nothing in ``folder`` is to be used then.
    """
    problems = [found for file in (households, persons) if (found := _wrong_kind(file))]
    if problems:
        raise FilesRefused(problems)
    result = Spooled(0, 0, 0)
    with ExitStack() as stack:
        first = _Rows(stack, households, _columns(CORE_HOUSEHOLD_COLUMNS, questionnaire, Level.HOUSEHOLD))
        second = _Rows(stack, persons, _columns(CORE_PERSON_COLUMNS, questionnaire, Level.PERSON))
        refused = first.header_issues() + second.header_issues()
        if refused:
            raise FilesRefused(refused)
        (folder / _HEADERS).write_text(json.dumps({"h": first.header, "m": second.header}), encoding="ascii")
        places = _spool_households(first, folder, part_size, result)
        targets = _spool_persons(second, folder, part_size, places, result)
    result.missing_links = sorted(targets - _described(persons, targets)) if targets else []
    return result


def _wrong_kind(file: SourceFile) -> Issue | None:
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
class _Wanted:
    known: frozenset[str]
    required: frozenset[str]


def _columns(core: tuple[Column, ...], questionnaire: Questionnaire, level: Level) -> _Wanted:
    return _Wanted(
        known=frozenset(column.name for column in core) | {question.code for question in questionnaire.of(level)},
        required=frozenset(column.name for column in core if column.required is not Required.NEVER),
    )


class _Rows:
    """The rows of one file, with the number of each (the header is row 1)."""

    def __init__(self, stack: ExitStack, file: SourceFile, wanted: _Wanted) -> None:
        self.file, self._wanted = file, wanted
        # Bytes that are not UTF-8 become half characters, which the reading of the cell finds and names.
        stream = stack.enter_context(file.path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline=""))
        self._written: list[str] = []
        self._rows = csv.reader(self._lines(stream), strict=True)
        self.header = [name.strip() for name in self._next() or []]
        self.key_column = self.header.index("household_no") if "household_no" in self.header else 0
        self.number = 1

    def _lines(self, stream: Iterable[str]) -> Iterator[str]:
        """The lines of the file, those of the row under way kept as they were written."""
        for line in stream:
            self._written.append(line)
            yield line

    def _next(self) -> list[str] | None:
        self._written.clear()
        try:
            return next(self._rows, None)
        except csv.Error as error:
            where = self._rows.line_num
            raise FilesRefused(
                [issue(self.file, where, "", "not_csv", f"From here on this is not CSV (a quote left open?): {error}.")]
            ) from error

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
                text = "".join(self._written)
                yield self.number, cells, text if text.endswith(("\n", "\r")) else text + "\n"


def _first_bad_byte(file: SourceFile) -> str:
    data = file.path.read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"the first is byte {error.start + 1}, 0x{data[error.start]:02X}"
    return "none"


class _Parts:
    """Writes records into parts, keeping only so many in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._held, self._count = folder, dict[int, list[str]](), 0

    def row(self, part: int, kind: str, key: str, line: int, text: str) -> None:
        """A row as it stands in its file, with the household that it belongs to."""
        if _PLAIN_KEY(key) is None:
            key = '"' + key.replace('"', '""') + '"'
        self._add(part, f"{kind},{key},{line},{text}")

    def issue(self, part: int, key: str, found: tuple[str, str, str], line: int, name: str) -> None:
        record = io.StringIO()
        csv.writer(record, lineterminator="\n").writerow(["i", key, line, *found, name])
        self._add(part, record.getvalue())

    def _add(self, part: int, record: str) -> None:
        self._held.setdefault(part, []).append(record)
        self._count += 1
        if self._count >= 100_000:
            self.flush()

    def flush(self) -> None:
        for part, lines in sorted(self._held.items()):
            with part_path(self._folder, part).open("a", **_AS_WRITTEN) as file:
                file.write("".join(lines))
        self._held, self._count = {}, 0


def part_path(folder: Path, part: int) -> Path:
    return folder / f"part-{part:05}.csv"


def _spool_households(rows: _Rows, folder: Path, part_size: int, result: Spooled) -> dict[str, int]:
    """Write the household rows; returns the number of each household by its key."""
    parts, places = _Parts(folder), dict[str, int]()
    for line, cells, text in rows:
        key, problem = _key(rows, line, cells)
        if key in places:
            problem = (
                "household_no",
                "household_no_repeated",
                f"The household number {quoted(key)} stands in this row and in an earlier one.",
            )
            parts.issue(places[key] // part_size, key, problem, line, rows.file.name)
            continue
        places[key] = result.households
        part = result.households // part_size
        parts.row(part, "h", key, line, text)
        if problem:
            parts.issue(part, key, problem, line, rows.file.name)
        result.households += 1
    if not result.households:
        raise FilesRefused([issue(rows.file, None, "", "no_rows", "This file has a header but no rows.")])
    parts.flush()
    result.parts = -(-result.households // part_size)
    return places


def _key(rows: _Rows, line: int, cells: list[str]) -> tuple[str, tuple[str, str, str] | None]:
    """The household of a row; where it cannot be told, a key of its own that no household bears."""
    column = rows.key_column
    key = cells[column].strip() if column < len(cells) else ""
    problem = None
    if len(cells) != len(rows.header):
        problem = ("", "wrong_width", f"This row has {len(cells)} cells, and the header has {len(rows.header)}.")
    elif not key:
        problem = ("household_no", "required", "The household has no number.")
    elif len(key) > 40 or not key.isascii() or not key.replace("-", "").isalnum():
        problem = ("household_no", "not_a_key", f"{quoted(key)} is no key: letters, digits and hyphens, 40 at most.")
        key = ""
    return key or f"#row-{line}", problem


def _spool_persons(rows: _Rows, folder: Path, part_size: int, places: dict[str, int], result: Spooled) -> set[str]:
    """Write the person rows to their households' parts; returns the rows that linked persons name."""
    parts, targets = _Parts(folder), set[str]()
    link = rows.header.index("linked_to") if "linked_to" in rows.header else None
    for line, cells, text in rows:
        key, problem = _key(rows, line, cells)
        if key not in places:
            column, code, message = problem or (
                "household_no",
                "household_unknown",
                f"No household is number {quoted(key)} in the file of households.",
            )
            _orphan(result, issue(rows.file, line, column, code, message))
            continue
        result.persons += 1
        part = places[key] // part_size
        parts.row(part, "m", key, line, text)
        if problem:
            parts.issue(part, key, problem, line, rows.file.name)
        if link is not None and len(cells) == len(rows.header) and cells[link]:
            targets.add(cells[link].strip())
    if rows.number == 1:
        raise FilesRefused([issue(rows.file, None, "", "no_rows", "This file has a header but no rows.")])
    parts.flush()
    return targets


def _orphan(result: Spooled, found: Issue) -> None:
    if len(result.issues) >= _MANY:
        result.issues_left_off += 1
    else:
        result.issues.append(as_dict(found))


def as_dict(found: Issue) -> dict[str, str]:
    """A finding as a batch keeps it."""
    return {
        "code": found.code,
        "severity": str(found.severity),
        "location": found.location,
        "message": found.message,
    }


def _described(file: SourceFile, targets: set[str]) -> set[str]:
    """Those of ``targets`` (household_no/person_no) that a row describes as a member."""
    with file.path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        rows = csv.reader(stream)
        header = [name.strip() for name in next(rows)]
        household, person, membership = (header.index(n) for n in ("household_no", "person_no", "membership"))
        width = len(header)
        return {
            key
            for cells in rows
            if len(cells) == width
            and cells[membership].strip() == Membership.MEMBER
            and (key := f"{cells[household].strip()}/{cells[person].strip()}") in targets
        }


def read_part(folder: Path, part: int) -> list[Household]:
    """The households of one part, in the order of their file."""
    found: dict[str, Household] = {}
    with part_path(folder, part).open(**_AS_WRITTEN) as file:
        headers = json.loads((folder / _HEADERS).read_text(encoding="ascii"))
        for kind, key, line, *cells in csv.reader(file, strict=True):
            if kind == "i":
                found[key].issues.append(_issue_of(int(line), *cells))
                continue
            header = headers[kind]
            row = {}
            if len(cells) == len(header):  # otherwise nobody knows which cell is which
                row = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
                row.pop("household_no", None)
            if kind == "h":
                found[key] = Household(key, int(line), row)
            else:
                found[key].members.append(row)
                found[key].member_lines.append(int(line))
    return list(found.values())


def _issue_of(line: int, column: str, code: str, message: str, name: str) -> Issue:
    where = f"{name}, row {line}" + (f", column {column}" if column else "")
    return Issue(code, Severity.ERROR, f"household/{column}", message, where)


__all__ = ["FilesRefused", "Household", "SourceFile", "Spooled", "as_dict", "issue", "read_part", "spool"]
