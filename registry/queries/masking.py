"""Hiding numbers of persons: what a page shows until somebody says why they need the rest. Pure: no database."""

from __future__ import annotations

DOT = "•"
SHOWN = 3


def masked(number: str | None) -> str:
    """The number with all but its last three characters hidden; short ones are hidden whole. Nothing stays nothing."""
    text = (number or "").strip()
    if len(text) < 2 * SHOWN:
        return DOT * len(text)
    return DOT * (len(text) - SHOWN) + text[-SHOWN:]


def masked_name(name: str) -> str:
    """A name with only the first letter of each part: ``Thabo Mokoena`` becomes ``T•••• M••••``.

    Always four dots, so that the length tells nothing.
    """
    return " ".join(part[0] + DOT * 4 for part in name.split())
