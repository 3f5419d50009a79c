"""Periods in months, and the policy of seeing households again as dated data. Pure: no Django.

Source: calendar reckoning of periods: a period of months ends on the day of the same number, or on the last day of a
month that has no such day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


class PolicyWrong(Exception):
    """The country pack's periods of recertification cannot be read, or none is in force."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A household is to be seen again ``months`` after it was last seen; it is listed ``notice_days`` before that."""

    valid_from: date
    months: int
    notice_days: int
    source: str


def after(day: date, months: int) -> date:
    """The day on which a period of ``months`` that began on ``day`` ends."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def latest_start(end: date, months: int) -> date:
    """The latest day whose period of ``months`` ends on ``end`` or before: for conditions that an index can serve."""
    year, month = divmod(end.year * 12 + end.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    whole = end.day == monthrange(end.year, end.month)[1]
    return date(year, month + 1, last if whole else min(end.day, last))


def policies(told: Mapping[str, Any]) -> tuple[Policy, ...]:
    """The dated entries of ``recertification.yaml``, earliest first.

    Raises:
        PolicyWrong: an entry lacks something, or two begin on one day.
    """
    found = sorted((_policy(entry) for entry in told.get("policy") or ()), key=lambda one: one.valid_from)
    if len({one.valid_from for one in found}) != len(found):
        raise PolicyWrong("Two periods of recertification begin on one day.")
    return tuple(found)


def in_force(entries: Sequence[Policy], on: date) -> Policy:
    """The entry with the latest ``valid_from`` up to the day; before the first one, the first.

    Raises:
        PolicyWrong: there is none at all.
    """
    if not entries:
        raise PolicyWrong("The country pack sets no period of recertification.")
    begun = [one for one in entries if one.valid_from <= on]
    return begun[-1] if begun else entries[0]


def _policy(entry: Mapping[str, Any]) -> Policy:
    try:
        day = entry["valid_from"]
        found = Policy(
            valid_from=day if isinstance(day, date) else date.fromisoformat(str(day)),
            months=int(entry["months"]),
            notice_days=int(entry["notice_days"]),
            source=str(entry["source"]).strip(),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PolicyWrong(f"A period of recertification cannot be read: {error}") from error
    if found.months < 1 or found.notice_days < 0 or not found.source:
        raise PolicyWrong("A period of recertification needs months, days of notice and a source.")
    return found
