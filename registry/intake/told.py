"""What is recorded, as the text that a cell or a form holds: what ``registry.intake.cells`` reads. Pure: no Django."""

from __future__ import annotations

from datetime import date
from typing import Any


def answer_text(value: Any) -> str:
    """An answer as a cell holds it: ``yes``, ``drought;illness``, ``3``, ``2026-05-01``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(str(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def birth_text(day: date, precision: str) -> str:
    """A birth date as far as it is known; of an estimated one the first of January is not known, nor any first."""
    length = {"day": 10, "month": 7, "year": 4}.get(precision)
    if length is None:
        length = 4 if (day.month, day.day) == (1, 1) else 7 if day.day == 1 else 10
    return day.isoformat()[:length]
