"""A pair of import files: what is wrong with them as files, and their households in parts. Pure: no Django.

The files are read once, in order, and written anew as parts of about a thousand households each (``part-00000.csv``),
so that rows may stand in any order, memory stays small, and each part can be taken in alone and again after a crash
(``parts``).
"""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from registry.intake.cells import quoted
from registry.intake.columns import (
    CORE_HOUSEHOLD_COLUMNS,
    CORE_PERSON_COLUMNS,
    FILE_HOUSEHOLD_COLUMNS,
    FILE_PERSON_COLUMNS,
    Membership,
)
from registry.intake.issues import Issue
from registry.intake.parts import AS_WRITTEN, HEADERS, NO_PART, part_path
from registry.intake.rows import Fault, FilesRefused, Rows, SourceFile, cells_of, columns_of, issue, wrong_kind
from registry.intake.vocabulary import Level
from registry.questionnaire import Questionnaire

PART_SIZE = 1000
_MANY = 1000
_PLAIN_KEY = re.compile(r"[A-Za-z0-9-]+|#row-[0-9]+").fullmatch


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
        (folder / HEADERS).write_text(json.dumps({"h": first.header, "m": second.header}), encoding="ascii")
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
        self.add(part, f"{kind},{key},{line},{text}")

    def issue(self, part: int, key: str, found: Fault, line: int, name: str) -> None:
        record = io.StringIO()
        csv.writer(record, lineterminator="\n").writerow(["i", key, line, *found, name])
        self.add(part, record.getvalue())

    def orphan(self, line: int, text: str) -> None:
        """A row of a person whose household is not there."""
        self.add(NO_PART, f"m,,{line},{text}")

    def add(self, part: int, record: str) -> None:
        held = self._held.get(part)
        if held is None:
            held = self._held[part] = []
        held.append(record)
        self._count += 1
        if self._count >= 100_000:
            self.flush()

    def flush(self) -> None:
        for part, lines in sorted(self._held.items()):
            with part_path(self._folder, part).open("a", **AS_WRITTEN) as file:
                file.write("".join(lines))
        self._held, self._count = {}, 0


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
    column, width, faults = rows.key_column, len(rows.header), rows.file.faults
    for line, cells, text in rows:
        if len(cells) == width and (key := cells[column]) in places and key[0] != "#" and line not in faults:
            result.persons += 1
            parts.add(places[key] // part_size, f"m,{key},{line},{text}")
            if link is not None and cells[link]:
                targets.add(cells[link].strip())
            continue
        key, problem = _key(rows, line, cells)
        if key not in places:
            where, code, message = problem or (
                "household_no",
                "household_unknown",
                f"No household is number {quoted(key)} in the file of households.",
            )
            _orphan(result, issue(rows.file, line, where, code, message))
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
    homes = {target.partition("/")[0] for target in targets}
    with file.path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        rows = cells_of(stream)
        header = [name.strip() for name in next(rows)]
        household, person, membership = (header.index(n) for n in ("household_no", "person_no", "membership"))
        width = len(header)
        return {
            key
            for cells in rows
            if len(cells) == width
            and (home := cells[household].strip()) in homes
            and cells[membership].strip() == Membership.MEMBER
            and (key := f"{home}/{cells[person].strip()}") in targets
        }


__all__ = ["FilesRefused", "SourceFile", "Spooled", "as_dict", "issue", "spool"]
