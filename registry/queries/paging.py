"""Pages of long lists by the last key seen, so that page 400 costs what page 1 costs. Pure: no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

Row = TypeVar("Row")
SIZE = 20


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the key after which the next page begins (empty: this is the last)."""

    rows: list[Row]
    next_key: str = ""


def cut(rows: Iterable[Row], *, key: Callable[[Row], object], size: int = SIZE) -> Page[Row]:
    """The page made of ``size + 1`` rows or fewer: the row too many only tells that there is more."""
    found = list(rows)
    more = len(found) > size
    found = found[:size]
    return Page(found, str(key(found[-1])) if more and found else "")


def whole_number(key: str) -> int | None:
    """The key of a page as a number; nothing where somebody changed the address by hand."""
    return int(key) if key.isascii() and key.isdigit() and len(key) < 19 else None


def a_day(text: str) -> date | None:
    """The day of a page's key; nothing where somebody changed the address by hand."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
