"""Persons by names, in any order and in whatever spelling: exact before alike, a village before all others.

A search is up to four walks (``name_walks``), one after the other: spelled so in the villages asked for, spelled so
elsewhere, sounding so in those villages, sounding so elsewhere. Each walks one b-tree in its own order, so a page deep
in a long list costs what the first costs; a page ends where it is full, wherever that is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from core.access.actor import Actor
from registry.intake import keys
from registry.intake.sounds import sound
from registry.models import Person, PersonName
from registry.queries.name_walks import BEGINNING, Asked, Position, Walks

_MOST_PARTS = 6
# Said before a name, and no part of it.
_TITLES = frozenset({"ntate", "mme", "abuti", "ausi", "morena", "mofumahali", "mr", "mrs", "ms", "miss", "dr"})
_YEAR = re.compile(r"(?:19|20)\d\d")
_CURSOR = re.compile(r"([0-3])\.(\d{1,9})\.(\d{1,4})\.(\d{1,18})")


class Where(Enum):
    """Which name of a person a part was found in."""

    GIVEN = "given"
    SURNAME = "surname"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Found:
    """One person and which of their names only sounds as it was typed (none: all parts are spelled so)."""

    person_id: int
    alike: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Some persons, best first, and the key after which the next page begins (empty: this is the last)."""

    found: list[Found]
    next_key: str = ""


def read(text: str) -> Asked | None:
    """What was typed as a name; nothing where it holds numbers that are no year of birth, or no letters."""
    parts, year = [], None
    for part in keys.parts(text):
        if _YEAR.fullmatch(part) and year is None:
            year = int(part)
        elif any(character.isdigit() for character in part):
            return None
        elif part not in parts:
            parts.append(part)
    named = [part for part in parts if part not in _TITLES] or parts
    return Asked(tuple(named[:_MOST_PARTS]), year) if named else None


def find(*, actor: Actor, asked: Asked, near: Collection[int], after: str, size: int) -> FoundPage:
    """Persons who bear every part, in the actor's areas; those of the villages ``near`` before others.

    At most four walks, and the names of those found.
    """
    walks, (step, last) = Walks(actor=actor, asked=asked, near=near), _position(after)
    found: list[Found] = []
    while step < 4:
        room = size - len(found)
        rows = walks.rows(step=step, after=last, size=room + 1)
        found += _explained(asked, [pk for _, _, pk in rows[:room]])
        if len(rows) > room:
            return FoundPage(found, _key(step, rows[room - 1] if room else last))
        step, last = step + 1, BEGINNING
        if len(found) >= size and any(walks.rows(step=later, size=1) for later in range(step, 4)):
            return FoundPage(found, _key(step, last))
    return FoundPage(found)


def _key(step: int, last: Position) -> str:
    return ".".join(map(str, (step, *last)))


def _position(after: str) -> tuple[int, Position]:
    """Which walk and where in it the last page ended; the beginning where somebody changed the address by hand."""
    match = _CURSOR.fullmatch(after)
    return (int(match[1]), (int(match[2]), int(match[3]), int(match[4]))) if match else (0, BEGINNING)


def _explained(asked: Asked, person_ids: Sequence[int]) -> Iterator[Found]:
    """Who is found and by which names, in the order given; two names that share a number by chance find nobody."""
    if not person_ids:
        return
    persons = {
        pk: [(Where.GIVEN, given), (Where.SURNAME, surname)]
        for pk, given, surname in Person.objects.filter(pk__in=person_ids).values_list("pk", "given_names", "surname")
    }
    for pk, given, surname in PersonName.objects.filter(person_id__in=person_ids).values_list(
        "person_id", "given_names", "surname"
    ):
        persons[pk] += [(Where.OTHER, given), (Where.OTHER, surname)]
    for pk in person_ids:
        borne = [(where, part) for where, name in persons.get(pk, ()) if name for part in keys.parts(name)]
        alike: list[Where] = []
        for part in asked.parts:
            if any(part == own for _, own in borne):
                continue
            heard = next((where for where, own in borne if sound(own) == sound(part)), None)
            if heard is None:
                break
            alike.append(heard)
        else:
            yield Found(pk, tuple(sorted(set(alike), key=list(Where).index)))
