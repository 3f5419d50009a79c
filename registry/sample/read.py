"""The files of a sample register, read back as the pipeline takes households. Pure."""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

KEY = "household_no"


def payloads(folder: Path, *, numbers: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """Households with their members in the order of the files: those of these numbers, or all."""
    members = defaultdict(list)
    for row in _rows(folder / "persons.csv", numbers):
        members[row.pop(KEY)].append(row)
    for row in _rows(folder / "households.csv", numbers):
        yield {"members": members[row.pop(KEY)], "household": row}


def _rows(path: Path, numbers: Collection[str] | None) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if numbers is None or row[KEY] in numbers:
                yield row
