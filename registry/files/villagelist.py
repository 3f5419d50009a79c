"""Village lists of households to be seen again: for who goes there, and for the chief. Pure: no Django."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("villagelist.typ")


@dataclass(frozen=True, slots=True)
class Village:
    """One village, on pages of its own: its name, where it lies, how many households, and their lines."""

    name: str
    place: str
    count: str
    lines: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the list says, every word of it ready to print. ``widths`` are the columns' shares of the page."""

    title: str
    printed: str
    note: str
    wide: bool
    columns: Sequence[str]
    widths: Sequence[int]
    villages: Sequence[Village]


def pdf(sheet: Sheet) -> bytes:
    """The list on paper. An empty cell leaves room to write."""
    return bytes(typst.compile(TEMPLATE.read_bytes(), sys_inputs={"sheet": json.dumps(asdict(sheet))}))
