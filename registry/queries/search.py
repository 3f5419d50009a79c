"""Finding a person or a household by whatever somebody at the desk can say.

What was typed is read as every kind of key that it can be (number, reference, telephone, name, village), and each
kind looks under its own b-tree. Results stay within the actor's areas, with one exception: a national ID that
somebody elsewhere holds is told as masked name, district and reference, so that nobody is registered twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from django.db.models import Exists, OuterRef, QuerySet

from core import references
from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import district_ids, within
from core.models import Area
from core.pack import about
from registry.intake import identity, names
from registry.models import Household, Membership, Person, PersonIdentifier, SearchKey
from registry.queries import places
from registry.queries.masking import masked_name
from registry.queries.paging import SIZE, cut, whole_number

_SEE = Permission.REGISTRY_VIEW
_NAME = "name"


class Why(Enum):
    """Why something was found."""

    NATIONAL_ID = "national_id"
    INTERIM_NUMBER = "interim_number"
    OTHER_NUMBER = "other_number"
    REFERENCE = "reference"
    PHONE = "phone"
    LEGACY_NUMBER = "legacy_number"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Hit:
    """One person in one household, and why it was found; ``person`` is null where the household itself was."""

    why: Why
    household: Household
    person: Person | None = None
    membership: Membership | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody outside the actor's areas who holds the number that was typed."""

    person_id: int
    masked_name: str
    district: str
    reference: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave. ``mistyped``: it looks like a reference, and its check character is wrong."""

    hits: list[Hit] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    villages: list[Area] = field(default_factory=list)
    mistyped: bool = False
    next_key: str = ""


def find(*, actor: Actor, text: str, after: str = "", size: int = SIZE) -> Found:
    """What the text finds; exact numbers first, and names only where no number was found.

    Pages by the number of the person. Each kind is one or two statements under its own index.

    Raises:
        NotPermitted: the actor may not see the registry.
    """
    actor.require(_SEE)
    text = " ".join(text.split())[:200]
    if not text:
        return Found()
    if looks_like_reference(text):
        return Found(hits=_by_reference(actor, text), mistyped=not references.is_valid(text))
    if any(character.isdigit() for character in text):
        hits, elsewhere = _by_number(actor, text, size)
        return Found(hits=hits, elsewhere=elsewhere, villages=places.villages(actor=actor, permission=_SEE, text=text))
    return _by_name(actor, text, after, size)


def looks_like_reference(text: str) -> bool:
    """Whether the text has the shape of a household's or person's reference."""
    return references.normalise(text).startswith(("HH-", "PN-"))


def _memberships(actor: Actor) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(within(actor, _SEE, area="household__area"), until_on__isnull=True)
        .select_related("person", "household__area", "household__district")
        .order_by("person_id", "id")
    )


def _hits(actor: Actor, why: Why, person_ids: list[int]) -> list[Hit]:
    if not person_ids:
        return []
    rows = _memberships(actor).filter(person_id__in=person_ids)
    return [Hit(why, row.household, row.person, row) for row in rows]


def _households(actor: Actor, why: Why, **which: str) -> list[Hit]:
    rows = Household.objects.filter(within(actor, _SEE), **which).select_related("area", "district")
    return [Hit(why, row) for row in rows.order_by("id")[:SIZE]]


def _by_reference(actor: Actor, text: str) -> list[Hit]:
    reference = references.normalise(text)
    if not references.is_valid(reference):
        return []
    if reference.startswith("HH-"):
        return _households(actor, Why.REFERENCE, reference=reference)
    return _hits(actor, Why.REFERENCE, list(Person.objects.filter(reference=reference).values_list("id", flat=True)))


def _by_number(actor: Actor, text: str, size: int) -> tuple[list[Hit], list[Elsewhere]]:
    formats = identity.formats(about())
    number, phone = formats.national_id.normalise(text), formats.normal_phone(text)
    holder = Person.objects.select_related("district").filter(national_id=number).first()
    hits = _hits(actor, Why.NATIONAL_ID, [holder.pk] if holder else [])
    elsewhere = [_masked(holder)] if holder and not hits else []
    interim = Person.objects.filter(interim_number__in={number, text.upper()}).values_list("id", flat=True)
    hits += _hits(actor, Why.INTERIM_NUMBER, list(interim))
    others = PersonIdentifier.objects.filter(number__in={number, text}).order_by("person_id")
    hits += _hits(actor, Why.OTHER_NUMBER, list(others.values_list("person_id", flat=True)[:size]))
    hits += _households(actor, Why.PHONE, phone=phone)
    hits += _households(actor, Why.LEGACY_NUMBER, legacy_number=text)
    return hits, elsewhere


def _masked(holder: Person) -> Elsewhere:
    return Elsewhere(holder.pk, masked_name(str(holder)), holder.district.name, holder.reference)


def _by_name(actor: Actor, text: str, after: str, size: int) -> Found:
    parts = list(names.tokens(text))
    if not parts:
        return Found()
    persons = persons_with_names(actor=actor, parts=parts)
    if (last := whole_number(after)) is not None:
        persons = persons.filter(person_id__gt=last)
    page = cut(persons.values_list("person_id", flat=True)[: size + 1], key=lambda number: number, size=size)
    return Found(
        hits=_hits(actor, Why.NAME, page.rows),
        villages=[] if after else _villages(actor, text),
        next_key=page.next_key,
    )


def _villages(actor: Actor, text: str) -> list[Area]:
    return places.villages(actor=actor, permission=_SEE, text=text, limit=10)


def persons_with_names(*, actor: Actor, parts: list[str]) -> QuerySet[SearchKey]:
    """Keys of persons who bear every part of a name, in the actor's districts, by person: one look under the index
    for the first part, and one for each further part of each person found.

    The rarest part would be the best to begin with; the longest is a good guess that costs nothing.
    """
    first, *others = sorted(set(parts), key=lambda part: (-len(part), part))
    found = SearchKey.objects.filter(kind=_NAME, key=first)
    districts = district_ids(actor, _SEE)
    if districts is not None:
        found = found.filter(district_id__in=districts)
    for part in others:
        same = SearchKey.objects.filter(person_id=OuterRef("person_id"), kind=_NAME, key=part)
        found = found.filter(Exists(same))
    return found.order_by("person_id")
