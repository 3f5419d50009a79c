"""The members of a household as two interviews tell of them: who is who, and what agrees. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.fieldwork import comparing
from registry.fieldwork.terms import CHILD_BELOW, MEMBER, PERSON, Compared
from registry.intake import ages, keys
from registry.intake.sounds import sound


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as one interview tells of them. ``facts`` are core columns and questions by their codes."""

    given_names: str
    surname: str
    national_id: str = ""
    birth_date: date | None = None
    precision: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As it is said."""
        return f"{self.given_names} {self.surname}".strip()

    @property
    def key(self) -> tuple[tuple[str, ...], date | None]:
        """Alike for one person told twice: how the parts of the name sound, in any order, and the birth date."""
        parts = (*keys.parts(self.given_names), *keys.parts(self.surname))
        return tuple(sorted(sound(part) for part in parts)), self.birth_date

    def kept(self) -> dict[str, Any]:
        """As a second interview keeps it (JSON)."""
        return {
            "given_names": self.given_names,
            "surname": self.surname,
            "national_id": self.national_id,
            "birth_date": self.birth_date.isoformat() if self.birth_date else "",
            "precision": self.precision,
            "facts": dict(self.facts),
        }


def of_kept(rows: Iterable[Mapping[str, Any]]) -> list[Member]:
    """What ``Member.kept`` kept."""
    return [
        Member(**dict(row) | {"birth_date": date.fromisoformat(row["birth_date"]) if row["birth_date"] else None})
        for row in rows
    ]


def counted(members: Sequence[Member], *, on: date) -> dict[str, int]:
    """``terms.COUNTED``: how many they are, and how many of them are children on a day."""
    born = [(one.birth_date, one.precision) for one in members if one.birth_date]
    return {
        "size": len(members),
        "children_0_17": sum(ages.age(day, precision, on) < CHILD_BELOW for day, precision in born),
    }


def paired(first: Sequence[Member], second: Sequence[Member]) -> Iterator[tuple[Member | None, Member | None]]:
    """Everybody once: those of the first interview in its order with who they are in the second, then the others.

    The national ID decides, then names and birth date. Two with different national IDs are never one.
    """
    left = list(second)
    found: dict[int, Member] = {}
    for place, one in enumerate(first):
        if one.national_id:
            _take(place, [other for other in left if other.national_id == one.national_id], left, found)
    for place, one in enumerate(first):
        if place not in found and one.birth_date:
            alike = [o for o in left if o.key == one.key and not (one.national_id and o.national_id)]
            _take(place, alike, left, found)
    yield from ((one, found.get(place)) for place, one in enumerate(first))
    yield from ((None, other) for other in left)


def _take(place: int, candidates: list[Member], left: list[Member], found: dict[int, Member]) -> None:
    if candidates:
        found[place] = candidates[0]
        left[:] = [one for one in left if one is not candidates[0]]


#: How much of a birth date is known: the year, the month, the day.
_KNOWN = {"year": 4, "estimated": 4, "month": 7}


def _facts(one: Member, other: Member) -> dict[str, Any]:
    """What is compared of one: of the birth date as much as both know."""
    known = min(_KNOWN.get(precision, 10) for precision in (one.precision, other.precision))
    return {**one.facts, "birth_date": one.birth_date.isoformat()[:known] if one.birth_date else ""}


def compare(
    first: Sequence[Member], second: Sequence[Member], *, compared: Sequence[Compared]
) -> list[comparing.Comparison]:
    """Whether each member is in both interviews, and of those in both whether what is asked about them agrees.

    ``Comparison.member`` numbers them from 1, as ``paired`` tells them.
    """
    found: list[comparing.Comparison] = []
    for number, (before, after) in enumerate(paired(first, second), start=1):
        both = before is not None and after is not None
        found.append(comparing.Comparison(MEMBER, both, member=number))
        if before is None or after is None:
            continue
        found += [
            comparing.Comparison(f"{PERSON}{one.code}", one.agrees, one.deviation, number)
            for one in comparing.compare(_facts(before, after), _facts(after, before), compared=compared)
        ]
    return found
