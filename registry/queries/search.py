"""Finding a person or a household by whatever somebody at the desk can say.

What was typed is read as every kind of key that it can be (number, reference, telephone, name, village), and each
kind looks under its own b-tree. Results stay within the actor's areas, with one exception: a national ID that
somebody elsewhere holds is told as masked name, district and reference, so that nobody is registered twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from core import hooks, references
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from core.hooks import NavigationItem
from core.models import Area
from core.pack import about
from registry.intake import identity
from registry.models import Household, Membership, Person
from registry.queries import by_name, places
from registry.queries.masking import masked_name
from registry.queries.paging import SIZE, whole_number

_SEE = Permission.REGISTRY_VIEW
_OURS = ("HH-", "PN-")

# Each kind of number under its own b-tree; who may see what is found is asked of the few that are.
_NUMBERS = """
SELECT 'national_id', true, id FROM registry_person WHERE national_id = %(number)s
UNION ALL SELECT 'interim_number', true, id FROM registry_person WHERE interim_number = ANY(%(numbers)s)
UNION ALL SELECT 'other_number', true, person_id FROM (
    SELECT person_id FROM registry_personidentifier WHERE number = ANY(%(numbers)s) ORDER BY person_id LIMIT 200) p
UNION ALL SELECT 'phone', false, id FROM (
    SELECT id FROM registry_household WHERE phone = %(phone)s AND phone <> '' ORDER BY id LIMIT 200) h
UNION ALL SELECT 'account', false, household_id FROM (
    SELECT household_id FROM registry_paymentaccount
    WHERE number = ANY(%(phones)s) AND number <> '' AND until_on IS NULL ORDER BY household_id LIMIT 200) a
UNION ALL SELECT 'nominee', false, household_id FROM (
    SELECT household_id FROM registry_nominee
    WHERE phone = %(phone)s AND phone <> '' AND until_on IS NULL ORDER BY household_id LIMIT 200) n
UNION ALL SELECT 'legacy_number', false, id FROM (
    SELECT id FROM registry_household WHERE legacy_number = %(text)s AND legacy_number <> '' ORDER BY id LIMIT 200) l
"""


class Why(Enum):
    """Why something was found."""

    NATIONAL_ID = "national_id"
    INTERIM_NUMBER = "interim_number"
    OTHER_NUMBER = "other_number"
    REFERENCE = "reference"
    PHONE = "phone"
    ACCOUNT = "account"
    NOMINEE = "nominee"
    LEGACY_NUMBER = "legacy_number"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Hit:
    """One person in one household, and why it was found.

    Where the household itself was found, the person is the one whom it is called by, if there is one. ``alike`` names
    what only sounds as it was typed.
    """

    why: Why
    household: Household
    person: Person | None = None
    membership: Membership | None = None
    alike: tuple[by_name.Where, ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody outside the actor's areas who holds the number that was typed."""

    person_id: int
    masked_name: str
    district: str
    reference: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave. ``mistyped``: it looks like a reference, and its check character is wrong.

    ``others`` are cases, payrolls and the like of the reference that was typed; people of ``nearby`` come first.
    """

    hits: list[Hit] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    villages: list[Area] = field(default_factory=list)
    others: list[NavigationItem] = field(default_factory=list)
    nearby: list[Area] = field(default_factory=list)
    mistyped: bool = False
    next_key: str = ""


def find(*, actor: Actor, text: str, after: str = "", size: int = SIZE, near: Collection[int] = ()) -> Found:
    """What the text finds, best first. ``near`` are villages whose people come before others of the same name.

    A village may be typed behind the names, with or without a comma: its people come first.

    Raises:
        NotPermitted: the actor may not see the registry.
    """
    actor.require(_SEE)
    text = " ".join(text.split())[:200]
    if not text:
        return Found()
    if looks_like_reference(text):
        return _by_reference(actor, references.normalise(text))
    if others := _others(actor, references.normalise(text)):
        return Found(others=others)
    found = _by_name(actor, text, after, size, near)
    if found is not None and (found.hits or found.villages or after or not _has_digit(text)):
        return found
    return _by_number(actor, text)


def looks_like_reference(text: str) -> bool:
    """Whether the text has the shape of a household's or person's reference."""
    return references.normalise(text).startswith(_OURS)


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _memberships(actor: Actor) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(within(actor, _SEE, area="household__area"), until_on__isnull=True)
        .select_related("person", "household__area", "household__district")
        .order_by("person_id", "id")
    )


def _hits(actor: Actor, why: Why, person_ids: Iterable[int]) -> list[Hit]:
    """One hit for each household of each person, persons in the order given. One statement."""
    order = {pk: place for place, pk in enumerate(person_ids)}
    if not order:
        return []
    rows = sorted(_memberships(actor).filter(person_id__in=order), key=lambda row: order[row.person_id])
    return [Hit(why, row.household, row.person, row) for row in rows]


def _households(actor: Actor, why: Why, numbers: list[int]) -> list[Hit]:
    """The households in the order given, each with the person whom it is called by. Two statements."""
    if not numbers:
        return []
    found = Household.objects.filter(within(actor, _SEE), pk__in=numbers).select_related("area", "district")
    rows = sorted(found, key=lambda row: numbers.index(row.pk))[:SIZE]
    heads = {
        row.household_id: row
        for row in Membership.objects.filter(
            household_id__in=[row.pk for row in rows], is_reference=True, until_on__isnull=True
        ).select_related("person")
    }
    hits = [(row, heads.get(row.pk)) for row in rows]
    return [Hit(why, row, head.person if head else None, head) for row, head in hits]


def _by_reference(actor: Actor, reference: str) -> Found:
    if not references.is_valid(reference):
        return Found(mistyped=True)
    if reference.startswith("HH-"):
        return Found(hits=_households(actor, Why.REFERENCE, _ids(Household.objects.filter(reference=reference))))
    return Found(hits=_hits(actor, Why.REFERENCE, _ids(Person.objects.filter(reference=reference))))


def _others(actor: Actor, reference: str) -> list[NavigationItem]:
    """What else bears this reference: cases, payrolls, change requests, enrolments."""
    if not references.is_valid(reference):
        return []
    return [one for function in hooks.references.functions for one in function(actor, reference)]


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("id").values_list("id", flat=True)[:SIZE])


def _by_number(actor: Actor, text: str) -> Found:
    """Whoever has this number, of whatever kind. Four statements."""
    formats = identity.formats(about())
    number, phone = formats.national_id.normalise(text), formats.normal_phone(text)
    values: dict[str, Any] = {"number": number, "numbers": [number, text, text.upper()], "phone": phone, "text": text}
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, values | {"phones": [phone, number, text]})
        rows = cursor.fetchall()
    reasons: dict[tuple[bool, int], Why] = {}
    for why, is_person, pk in rows:
        reasons.setdefault((is_person, pk), Why(why))
    hits = _hits(actor, Why.NATIONAL_ID, [pk for is_person, pk in reasons if is_person])
    hits = [replace(hit, why=reasons[True, hit.person.pk]) for hit in hits if hit.person]
    homes = [pk for is_person, pk in reasons if not is_person]
    hits += [replace(hit, why=reasons[False, hit.household.pk]) for hit in _households(actor, Why.PHONE, homes)]
    return Found(
        hits=hits,
        elsewhere=_held_elsewhere(number, hits) if (Why.NATIONAL_ID.value, True) in {row[:2] for row in rows} else [],
        villages=_villages(actor, text, limit=10),
    )


def _held_elsewhere(number: str, hits: list[Hit]) -> list[Elsewhere]:
    if any(hit.why is Why.NATIONAL_ID for hit in hits):
        return []
    return [_masked(one) for one in Person.objects.select_related("district").filter(national_id=number)]


def _masked(holder: Person) -> Elsewhere:
    return Elsewhere(holder.pk, masked_name(str(holder)), holder.district.name, holder.reference)


def _by_name(actor: Actor, text: str, after: str, size: int, near: Collection[int]) -> Found | None:
    """Who bears these names; nothing where the text is none.

    Without a comma the whole is a name; only if nobody bears it are the last words tried as a village. The key of the
    next page remembers where the village began.
    """
    name, comma, place = text.partition(",")
    words = name.split()
    said, _, rest = after.rpartition("~")
    cut = whole_number(said) or 0
    if cut:
        return _in_village(actor, words, cut, rest, size, near)
    asked = by_name.read(name)
    if asked is None:
        return None
    nearby = _villages(actor, place) if comma and place.strip() else []
    found = _named(actor, asked, nearby, near, after, size)
    if after:
        return found
    if not found.hits and not comma:
        tried = (_in_village(actor, words, cut, "", size, near) for cut in range(1, min(len(words), 6)))
        found = next((one for one in tried if one is not None and one.hits), found)
    return replace(found, villages=_villages(actor, place.strip() or name, limit=10))


def _in_village(actor: Actor, words: list[str], cut: int, after: str, size: int, near: Collection[int]) -> Found | None:
    nearby = _villages(actor, " ".join(words[cut:]))
    asked = by_name.read(" ".join(words[:cut]))
    if not nearby or asked is None:
        return None
    found = _named(actor, asked, nearby, near, after, size)
    return replace(found, next_key=f"{cut}~{found.next_key}") if found.next_key else found


def _villages(actor: Actor, text: str, *, limit: int = 50) -> list[Area]:
    return places.villages(actor=actor, permission=_SEE, text=text, limit=limit)


def _named(
    actor: Actor, asked: by_name.Asked, nearby: list[Area], near: Collection[int], after: str, size: int
) -> Found:
    first = [area.pk for area in nearby] or near
    page = by_name.find(actor=actor, asked=asked, near=first, after=after, size=size)
    alike = {one.person_id: one.alike for one in page.found}
    hits = [replace(hit, alike=alike[hit.person.pk]) for hit in _hits(actor, Why.NAME, alike) if hit.person]
    return Found(hits=hits, nearby=nearby, next_key=page.next_key)
