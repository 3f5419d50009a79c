"""The terms of second interviews and of paper forms, as dated data. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

#: Facts that are counted from the members of a household, and not answered as a question.
COUNTED = ("size", "children_0_17")
CHILD_BELOW = 18
#: Core columns of a person that may be compared beside the questions of persons.
PERSON_COLUMNS = ("sex", "birth_date", "relationship")
#: What a comparison is called: whether somebody is in both interviews, and before the code of what is asked of persons.
MEMBER, PERSON = "member", "member."


class TermsWrong(Exception):
    """The country pack's terms of the field's work cannot be read, or none are in force."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One fact that is asked again: two numbers agree that lie no further apart than ``tolerance``."""

    code: str
    tolerance: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds from a day on: see ``fieldwork.yaml`` of the country pack."""

    valid_from: date
    share_percent: Decimal
    at_least: int
    days_to_do: int
    agree_percent: Decimal
    paper_days: int
    compared: tuple[Compared, ...]
    members: tuple[Compared, ...]
    source: str

    @property
    def kept(self) -> dict[str, Any]:
        """The terms as a sample keeps them (JSON)."""
        return {
            "valid_from": self.valid_from.isoformat(),
            "share_percent": str(self.share_percent),
            "at_least": self.at_least,
            "agree_percent": str(self.agree_percent),
            "compared": [{"code": one.code, "tolerance": str(one.tolerance)} for one in self.compared],
            "members": [{"code": one.code, "tolerance": str(one.tolerance)} for one in self.members],
            "source": self.source,
        }


def compared_of(kept: Mapping[str, Any]) -> tuple[Compared, ...]:
    """What a sample compares of the household."""
    return _compared(kept["compared"])


def members_of(kept: Mapping[str, Any]) -> tuple[Compared, ...]:
    """What a sample compares of each member; where that is nothing, members are not asked one by one."""
    return _compared(kept.get("members") or ())


def codes_of(kept: Mapping[str, Any]) -> list[str]:
    """What comparisons of a sample are called, in the order in which they are shown."""
    members = members_of(kept)
    return [
        *(one.code for one in compared_of(kept)),
        *([MEMBER] if members else []),
        *(f"{PERSON}{one.code}" for one in members),
    ]


def _compared(told: Iterable[Mapping[str, Any]]) -> tuple[Compared, ...]:
    return tuple(Compared(str(one["code"]), Decimal(str(one.get("tolerance", 0)))) for one in told)


def all_terms(told: Mapping[str, Any]) -> tuple[Terms, ...]:
    """The dated entries of ``fieldwork.yaml``, earliest first.

    Raises:
        TermsWrong: an entry lacks something or contradicts itself, or two begin on one day.
    """
    found = sorted((_terms(entry) for entry in told.get("policy") or ()), key=lambda one: one.valid_from)
    if len({one.valid_from for one in found}) != len(found):
        raise TermsWrong("Two sets of terms begin on one day.")
    return tuple(found)


def in_force(entries: Sequence[Terms], on: date) -> Terms:
    """The entry with the latest ``valid_from`` up to the day; before the first one, the first.

    Raises:
        TermsWrong: there is none at all.
    """
    if not entries:
        raise TermsWrong("The country pack sets no terms of the field's work.")
    begun = [one for one in entries if one.valid_from <= on]
    return begun[-1] if begun else entries[0]


def _terms(entry: Mapping[str, Any]) -> Terms:
    try:
        day = entry["valid_from"]
        found = Terms(
            valid_from=day if isinstance(day, date) else date.fromisoformat(str(day)),
            share_percent=Decimal(str(entry["share_percent"])),
            at_least=int(entry["at_least"]),
            days_to_do=int(entry["days_to_do"]),
            agree_percent=Decimal(str(entry["agree_percent"])),
            paper_days=int(entry["paper_days"]),
            compared=_compared(entry["compared"]),
            members=_compared(entry.get("members") or ()),
            source=str(entry["source"]).strip(),
        )
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise TermsWrong(f"Terms of the field's work cannot be read: {error}") from error
    every = (*found.compared, *found.members)
    twice = any(len({one.code for one in some}) != len(some) for some in (found.compared, found.members))
    if not found.compared or twice or any(one.tolerance < 0 for one in every):
        raise TermsWrong("What is compared must be named, once each, with a tolerance of 0 or more.")
    if not (0 < found.share_percent <= 100 and 0 < found.agree_percent <= 100):
        raise TermsWrong("Shares are per cent: more than 0, at most 100.")
    if min(found.at_least, found.days_to_do, found.paper_days) < 1 or not found.source:
        raise TermsWrong("Numbers and days are 1 or more, and terms need a source.")
    return found
