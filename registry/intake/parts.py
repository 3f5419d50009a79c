"""The parts that a pair of import files is written anew as, read back: households as they stood there. Pure: no Django.

A record of a part is the row as it stood in its file, behind its kind, its household and its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.spreadsheets import unguarded
from registry.intake.columns import FILE_HOUSEHOLD_COLUMNS, FILE_PERSON_COLUMNS
from registry.intake.issues import Issue, Severity
from registry.intake.rows import cells_of

HEADERS = "headers.json"
#: The part of those whose household is in no file.
NO_PART = -1
# Bytes that are not UTF-8 go through as half characters; ends of lines stay as they are.
AS_WRITTEN: Any = {"encoding": "utf-8", "errors": "surrogateescape", "newline": ""}
_ABOUT_HOUSEHOLD = frozenset(column.name for column in FILE_HOUSEHOLD_COLUMNS)
_ABOUT_PERSON = frozenset(column.name for column in FILE_PERSON_COLUMNS)


@dataclass(slots=True)
class Lines:
    """The rows of one household as cells: its own, and those of its members, each with its number."""

    key: str
    line: int
    cells: list[str]
    member_lines: list[int] = field(default_factory=list)
    members: list[list[str]] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


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


def part_path(folder: Path, part: int) -> Path:
    return folder / (f"part-{part:05}.csv" if part != NO_PART else "orphans.csv")


def read_lines(folder: Path, part: int) -> list[Lines]:
    """The households of one part as they stand in their files, in the order of their file."""
    found: dict[str, Lines] = {}
    for kind, key, line, cells in read_records(folder, part):
        if kind == "m":
            one = found[key]
            one.members.append(cells)
            one.member_lines.append(line)
        elif kind == "h":
            found[key] = Lines(key, line, cells)
        elif kind == "i":
            found[key].issues.append(_issue_of(line, *cells))
    return list(found.values())


def read_part(folder: Path, part: int) -> list[Household]:
    """The households of one part, in the order of their file."""
    headers = read_headers(folder)
    return [household_of(one, headers) for one in read_lines(folder, part)]


def household_of(one: Lines, headers: Mapping[str, list[str]]) -> Household:
    """The same by columns."""
    row, about = _cells_of(one.cells, headers["h"], _ABOUT_HOUSEHOLD)
    members = [_cells_of(cells, headers["m"], _ABOUT_PERSON) for cells in one.members]
    return Household(
        one.key,
        one.line,
        row,
        one.member_lines,
        [member for member, _ in members],
        one.issues,
        about,
        [beside for _, beside in members],
    )


def _cells_of(cells: list[str], header: list[str], about: frozenset[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The cells of a row that are not blank by column, and apart from them those about the file."""
    if len(cells) != len(header):  # nobody knows which cell is which
        return {}, {}
    here = about.intersection(header)
    if here:  # a file of ours, prefilled or to correct: formulas were made text in it
        cells = [unguarded(cell) for cell in cells]
    row = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    row.pop("household_no", None)
    beside = {name: row.pop(name) for name in here if name in row}
    beside.pop("messages", None)
    return row, beside


def tells_of_itself(headers: Mapping[str, list[str]]) -> bool:
    """Whether there are columns about the file."""
    return bool(_ABOUT_HOUSEHOLD.intersection(headers["h"]) or _ABOUT_PERSON.intersection(headers["m"]))


def read_headers(folder: Path) -> dict[str, list[str]]:
    """The columns of the households' file (``h``) and of the persons' (``m``)."""
    headers: dict[str, list[str]] = json.loads((folder / HEADERS).read_text(encoding="ascii"))
    return headers


def read_records(folder: Path, part: int) -> Iterator[tuple[str, str, int, list[str]]]:
    """What a part holds, as it was written: kind, household, row and cells.

    Kinds: ``h`` the row of a household, ``x`` another row with its number, ``m`` a person, ``i`` what is wrong.
    """
    with part_path(folder, part).open(**AS_WRITTEN) as file:
        for cells in cells_of(file):
            yield cells[0], cells[1], int(cells[2]), cells[3:]


def read_orphans(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of persons whose household is not in the file of households, with their numbers."""
    if part_path(folder, NO_PART).exists():
        for _, _, line, cells in read_records(folder, NO_PART):
            yield line, cells


def _issue_of(line: int, column: str, code: str, message: str, name: str) -> Issue:
    where = f"{name}, row {line}" + (f", column {column}" if column else "")
    return Issue(code, Severity.ERROR, f"household/{column}", message, where)
