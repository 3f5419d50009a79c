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
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry.intake.cells import quoted, unguarded
from registry.intake.columns import (
    CORE_HOUSEHOLD_COLUMNS,
    CORE_PERSON_COLUMNS,
    FILE_HOUSEHOLD_COLUMNS,
    FILE_PERSON_COLUMNS,
    Membership,
)
from registry.intake.issues import Issue, Severity
from registry.intake.rows import Fault, FilesRefused, Rows, SourceFile, columns_of, issue, wrong_kind
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire

PART_SIZE = 1000
_MANY = 1000
_HEADERS = "headers.json"
_NO_PART = -1
_ABOUT_HOUSEHOLD = frozenset(column.name for column in FILE_HOUSEHOLD_COLUMNS)
_ABOUT_PERSON = frozenset(column.name for column in FILE_PERSON_COLUMNS)
_PLAIN_KEY = re.compile(r"[A-Za-z0-9-]+|#row-[0-9]+").fullmatch
# Bytes that are not UTF-8 go through as half characters; ends of lines stay as they are.
_AS_WRITTEN: Any = {"encoding": "utf-8", "errors": "surrogateescape", "newline": ""}


@dataclass(slots=True)
class Household:
    """The rows of one household, as written: cells by column, blanks left out.

    ``about`` and ``members_about`` are the cells of the columns about the file itself, beside the rows.
    """

    key: str
    line: int
    row: dict[str, str]
    member_lines: list[int] = field(default_factory=list)
    members: list[dict[str, str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    members_about: list[dict[str, str]] = field(default_factory=list)

    @property
    def payload(self) -> dict[str, Any]:
        """What came, as a submission keeps it."""
        told: dict[str, Any] = {"household": self.row, "members": self.members}
        if self.about or any(self.members_about):
            told["file"] = {"household": self.about, "members": self.members_about}
        return told


@dataclass(slots=True)
class Spooled:
    """What the files hold: households in parts, and rows that belong to no household."""

    parts: int
    households: int
    persons: int
    issues: list[dict[str, str]] = field(default_factory=list)
    issues_left_off: int = 0
    missing_links: list[str] = field(default_factory=list)


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
    problems = [found for file in (households, persons) if (found := wrong_kind(file))]
    if problems:
        raise FilesRefused(problems)
    result = Spooled(0, 0, 0)
    with ExitStack() as stack:
        at_home = columns_of(CORE_HOUSEHOLD_COLUMNS, FILE_HOUSEHOLD_COLUMNS, questionnaire, Level.HOUSEHOLD)
        of_persons = columns_of(CORE_PERSON_COLUMNS, FILE_PERSON_COLUMNS, questionnaire, Level.PERSON)
        first, second = Rows(stack, households, at_home), Rows(stack, persons, of_persons)
        refused = first.header_issues() + second.header_issues()
        if refused:
            raise FilesRefused(refused)
        (folder / _HEADERS).write_text(json.dumps({"h": first.header, "m": second.header}), encoding="ascii")
        places = _spool_households(first, folder, part_size, result)
        targets = _spool_persons(second, folder, part_size, places, result)
    result.missing_links = sorted(targets - _described(persons, targets)) if targets else []
    return result


class _Parts:
    """Writes records into parts, keeping only so many in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._held, self._count = folder, dict[int, list[str]](), 0

    def row(self, part: int, kind: str, key: str, line: int, text: str) -> None:
        """A row as it stands in its file, with the household that it belongs to."""
        if _PLAIN_KEY(key) is None:
            key = '"' + key.replace('"', '""') + '"'
        self._add(part, f"{kind},{key},{line},{text}")

    def issue(self, part: int, key: str, found: Fault, line: int, name: str) -> None:
        record = io.StringIO()
        csv.writer(record, lineterminator="\n").writerow(["i", key, line, *found, name])
        self._add(part, record.getvalue())

    def orphan(self, line: int, text: str) -> None:
        """A row of a person whose household is not there."""
        self._add(_NO_PART, f"m,,{line},{text}")

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
    return folder / (f"part-{part:05}.csv" if part != _NO_PART else "orphans.csv")


def _spool_households(rows: Rows, folder: Path, part_size: int, result: Spooled) -> dict[str, int]:
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
            parts.row(places[key] // part_size, "x", key, line, text)
            parts.issue(places[key] // part_size, key, problem, line, rows.file.name)
            continue
        places[key] = result.households
        part = result.households // part_size
        parts.row(part, "h", key, line, text)
        for found in (*([problem] if problem else ()), *rows.file.faults.get(line, ())):
            parts.issue(part, key, found, line, rows.file.name)
        result.households += 1
    if not result.households:
        raise FilesRefused([issue(rows.file, None, "", "no_rows", "This file has a header but no rows.")])
    parts.flush()
    result.parts = -(-result.households // part_size)
    return places


def _key(rows: Rows, line: int, cells: list[str]) -> tuple[str, Fault | None]:
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


def _spool_persons(rows: Rows, folder: Path, part_size: int, places: dict[str, int], result: Spooled) -> set[str]:
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
            parts.orphan(line, text)
            continue
        result.persons += 1
        part = places[key] // part_size
        parts.row(part, "m", key, line, text)
        for found in (*([problem] if problem else ()), *rows.file.faults.get(line, ())):
            parts.issue(part, key, found, line, rows.file.name)
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
    headers = read_headers(folder)
    about = {"h": _ABOUT_HOUSEHOLD.intersection(headers["h"]), "m": _ABOUT_PERSON.intersection(headers["m"])}
    for kind, key, line, cells in read_records(folder, part):
        if kind == "i":
            found[key].issues.append(_issue_of(line, *cells))
        if kind not in headers:
            continue
        header = headers[kind]
        row, beside = dict[str, str](), dict[str, str]()
        if about[kind]:  # a file of ours, prefilled or to correct: formulas were made text in it
            cells = [unguarded(cell) for cell in cells]
        if len(cells) == len(header):  # otherwise nobody knows which cell is which
            row = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
            row.pop("household_no", None)
            beside = {name: row.pop(name) for name in about[kind] if name in row}
            beside.pop("messages", None)
        if kind == "h":
            found[key] = Household(key, line, row, about=beside)
        else:
            found[key].members.append(row)
            found[key].member_lines.append(line)
            found[key].members_about.append(beside)
    return list(found.values())


def read_headers(folder: Path) -> dict[str, list[str]]:
    """The columns of the households' file (``h``) and of the persons' (``m``)."""
    headers: dict[str, list[str]] = json.loads((folder / _HEADERS).read_text(encoding="ascii"))
    return headers


def read_records(folder: Path, part: int) -> Iterator[tuple[str, str, int, list[str]]]:
    """What a part holds, as it was written: kind, household, row and cells.

    Kinds: ``h`` the row of a household, ``x`` another row with its number, ``m`` a person, ``i`` what is wrong.
    """
    with part_path(folder, part).open(**_AS_WRITTEN) as file:
        for kind, key, line, *cells in csv.reader(file, strict=True):
            yield kind, key, int(line), cells


def read_orphans(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of persons whose household is not in the file of households, with their numbers."""
    if part_path(folder, _NO_PART).exists():
        for _, _, line, cells in read_records(folder, _NO_PART):
            yield line, cells


def _issue_of(line: int, column: str, code: str, message: str, name: str) -> Issue:
    where = f"{name}, row {line}" + (f", column {column}" if column else "")
    return Issue(code, Severity.ERROR, f"household/{column}", message, where)


__all__ = ["FilesRefused", "Household", "SourceFile", "Spooled", "as_dict", "issue", "read_part", "spool"]
