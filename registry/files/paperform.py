"""The questionnaire on paper, each form with its serial number. Pure: no Django."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("paperform.typ")


@dataclass(frozen=True, slots=True)
class Line:
    """One question: its words, a hint, and the choices to tick (none: room to write)."""

    label: str
    hint: str = ""
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Questions under a heading; ``each``: asked of every member, on pages of their own."""

    title: str
    lines: Sequence[Line]
    each: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """What a form says, every word of it ready to print, and the serial numbers of the copies."""

    title: str
    version: str
    note: str
    serial_word: str
    member_word: str
    members: int
    serials: Sequence[str]
    parts: Sequence[Part]
    signatures: Sequence[str]


def pdf(paper: Paper) -> bytes:
    """The forms, one after the other, each beginning on a page of its own."""
    return bytes(typst.compile(TEMPLATE.read_bytes(), sys_inputs={"paper": json.dumps(asdict(paper))}))
