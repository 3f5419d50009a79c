"""A household as a change finds it, and the writes that a change consists of. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.intake import ages
from registry.intake.identity import NumberFormats
from registry.questionnaire import Questionnaire
from registry.questionnaire.carrying import Step, carry_along

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """One current membership with its person; columns by name, foreign keys as numbers.

    ``elsewhere``: the person's other current memberships (in other households).
    """

    membership: Values
    person: Values
    elsewhere: tuple[Values, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.person['given_names']} {self.person['surname']}"

    def age(self, on: date) -> int:
        return ages.age(self.person["birth_date"], self.person["birth_date_precision"], on)


@dataclass(frozen=True, slots=True)
class Village:
    """Where a household can be."""

    area_id: int
    district_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The questionnaire in force, and how answers to earlier versions (by number) are carried into it."""

    version_id: int
    questionnaire: Questionnaire
    ways: Mapping[int, tuple[Step, ...]]

    def carried(self, row: Values) -> Mapping[str, Any]:
        """The answers of a household's or person's row in the words of the questionnaire in force."""
        return carry_along(row["answers"], self.ways.get(row["questionnaire"], ())).answers


@dataclass(frozen=True, slots=True)
class State:
    """One household with its current members and account, and what its change may refer to.

    ``other`` is the second household of a transfer or merge; ``villages`` holds those that the details name.
    ``questionnaire`` is the household's own version, ``asked`` the one by which answers are given anew. ``safe`` is
    where it lives if that is protected, ``consent`` what was agreed to; ``notices`` (numbers and versions) and
    ``purposes`` are the choices of another consent, ``purposes_by_notice`` which purposes each text names. ``places``
    are the questions whose answers tell a place.
    """

    household: Values
    members: tuple[Member, ...]
    account: Values | None
    today: date
    adult_from: int
    formats: NumberFormats
    questionnaire: Questionnaire
    villages: Mapping[str, Village] = field(default_factory=dict)
    other: State | None = None
    asked: Asked | None = None
    safe: Values | None = None
    consent: Values | None = None
    notices: tuple[tuple[str, str], ...] = ()
    purposes: tuple[tuple[str, str], ...] = ()
    purposes_by_notice: Mapping[str, frozenset[str]] = field(default_factory=dict)
    places: frozenset[str] = frozenset()

    def member(self, reference: str) -> Member | None:
        """The current member of this person's reference."""
        return next((one for one in self.members if one.person["reference"] == reference), None)

    @property
    def head(self) -> Member | None:
        return next((one for one in self.members if one.membership["is_reference"]), None)

    def adults(self) -> list[Member]:
        return [one for one in self.members if one.age(self.today) >= self.adult_from]


@dataclass(frozen=True, slots=True)
class New:
    """A row that this very change makes, before it has a number."""

    name: str


@dataclass(frozen=True, slots=True)
class Set:
    """One column of one row gets another value. ``field`` may name an answer: ``answers.rooms``."""

    table: str
    pk: int
    field: str
    before: Any
    after: Any
    of: str = ""

    @property
    def touch(self) -> str:
        """What another open request must not touch as well."""
        return f"{self.table}:{self.pk}:{self.field}"


@dataclass(frozen=True, slots=True)
class Add:
    """A row more. ``touch`` says what it competes with, if anything; ``name`` is what ``New`` calls it."""

    table: str
    values: Values
    touch: str = ""
    name: str = ""
    of: str = ""


Write = Set | Add


def touches(effect: Iterable[Write]) -> list[str]:
    """What the effect touches, sorted: two open requests that share one are in conflict."""
    return sorted({write.touch for write in effect if write.touch})


def seen(effect: Iterable[Write]) -> dict[str, str]:
    """A digest of each value that the effect replaces, so that a later change of it is noticed."""
    return {write.touch: digest(write.before) for write in effect if isinstance(write, Set)}


def digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def persons_of(effect: Iterable[Write]) -> list[int]:
    """The persons whose rows or memberships change, by number."""
    return sorted({write.pk for write in effect if isinstance(write, Set) and write.table == "person"})
