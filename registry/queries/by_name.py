"""Persons by names, in any order and in whatever spelling: exact before alike, a village before all others.

A search is up to four walks, one after the other: spelled so in the villages asked for, spelled so elsewhere, sounding
so in those villages, sounding so elsewhere. Each walks one b-tree in its own order, so a page deep in a long list
costs what the first costs; a page ends where it is full, wherever that is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import district_ids, within
from registry.intake import keys
from registry.intake.sounds import sound
from registry.models import Membership, NameKey, Person, PersonName

_SEE = Permission.REGISTRY_VIEW
_MOST_PARTS = 6
# Said before a name, and no part of it.
_TITLES = frozenset({"ntate", "mme", "abuti", "ausi", "morena", "mofumahali", "mr", "mrs", "ms", "miss", "dr"})
_YEAR = re.compile(r"(?:19|20)\d\d")
_CURSOR = re.compile(r"([0-3])\.(\d{1,18})\.(\d{1,18})")


class Where(Enum):
    """Which name of a person a part was found in."""

    GIVEN = "given"
    SURNAME = "surname"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """A name as it was typed: its parts, and the year of birth if one was said."""

    parts: tuple[str, ...] = ()
    year: int | None = None


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
    step, district, person = _position(after)
    found: list[Found] = []
    while step < 4:
        room = size - len(found)
        rows = list(walk(actor=actor, asked=asked, near=near, step=step, after=(district, person))[: room + 1])
        found += _explained(asked, [pk for _, pk in rows[:room]])
        if len(rows) > room:
            district, person = rows[room - 1] if room else (district, person)
            return FoundPage(found, f"{step}.{district}.{person}")
        step, district, person = step + 1, 0, 0
        if len(found) >= size and step < 4 and _any(actor, asked, near, step):
            return FoundPage(found, f"{step}.0.0")
    return FoundPage(found)


def _any(actor: Actor, asked: Asked, near: Collection[int], first: int) -> bool:
    return any(walk(actor=actor, asked=asked, near=near, step=step)[:1] for step in range(first, 4))


def _position(after: str) -> tuple[int, int, int]:
    """Where the last page ended; the beginning where somebody changed the address by hand."""
    match = _CURSOR.fullmatch(after)
    return (int(match[1]), int(match[2]), int(match[3])) if match else (0, 0, 0)


def walk(
    *, actor: Actor, asked: Asked, near: Collection[int], step: int, after: tuple[int, int] = (0, 0)
) -> QuerySet[NameKey, tuple[int, int]]:
    """District and person of one of the four kinds, in that order.

    The rarest part would be the best to begin with; the longest is a good guess that costs nothing.
    """
    exact, nearby = step < 2, step % 2 == 0
    if nearby and not near:
        return NameKey.objects.none().values_list("district_id", "person_id")
    first, *others = sorted(asked.parts, key=lambda part: (-len(part), part))
    rows = _bearing(first, exact=exact)
    districts = district_ids(actor, _SEE)
    if districts is not None:
        rows = rows.filter(district_id__in=districts)
    for part in others:
        rows = rows.filter(Exists(_bearing(part, exact=exact).filter(_same())))
    if not exact:
        spelled = [Exists(_bearing(part, exact=True).filter(_same())) for part in others]
        rows = rows.exclude(Q(*spelled, key=keys.of_part(first)))
    here = Membership.objects.filter(within(actor, _SEE, area="household__area"), until_on__isnull=True)
    living_near = Exists(here.filter(household__area_id__in=near, person_id=OuterRef("person_id")))
    if nearby:
        rows = rows.filter(living_near)
    else:
        if near:
            rows = rows.exclude(living_near)
        rows = rows.filter(Exists(here.filter(person_id=OuterRef("person_id"))))
    if asked.year is not None:
        born = (date(asked.year, 1, 1), date(asked.year, 12, 31))
        rows = rows.filter(Exists(Person.objects.filter(pk=OuterRef("person_id"), birth_date__range=born)))
    district, person = after
    if district:
        rows = rows.filter(Q(district_id__gt=district) | Q(district_id=district, person_id__gt=person))
    pairs = rows.order_by("district_id", "person_id").values_list("district_id", "person_id")
    return pairs if exact else pairs.distinct()


def _bearing(part: str, *, exact: bool) -> QuerySet[NameKey]:
    if exact:
        return NameKey.objects.filter(key=keys.of_part(part))
    return NameKey.objects.filter(key__range=keys.alike(part))


def _same() -> Q:
    return Q(district_id=OuterRef("district_id"), person_id=OuterRef("person_id"))


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
