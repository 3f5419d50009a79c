"""A submission beside a household of the register: who is who, and what of the household's answers differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.intake import names
from registry.models import Household, Membership, Submission, SubmissionMember
from registry.queries.submissions import Likeness

#: More households than these are not laid beside one submission: a page that long is not read.
MOST = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """A person as told and as known; one of the two may be missing."""

    told: SubmissionMember | None
    known: Membership | None


@dataclass(frozen=True, slots=True)
class Beside:
    """A known household with its members paired with those told of."""

    household: Household
    pairs: list[Pair]


def beside(
    *, actor: Actor, submission: Submission, members: list[SubmissionMember], likenesses: list[Likeness]
) -> list[Beside]:
    """The known households that persons of the submission resemble, in the actor's areas. Two statements.

    Members are paired by likeness, then by national ID, then by all parts of their names.
    """
    numbers = list(dict.fromkeys(one.membership.household_id for one in likenesses if one.membership))[:MOST]
    if not numbers:
        return []
    found = Household.objects.filter(within(actor, Permission.REGISTRY_VIEW), pk__in=numbers)
    households = {row.pk: row for row in found.select_related("area", "district", "questionnaire")}
    here: dict[int, list[Membership]] = {}
    current = Membership.objects.filter(household_id__in=households, until_on__isnull=True)
    for row in current.select_related("person").order_by("position", "id"):
        here.setdefault(row.household_id, []).append(row)
    alike: dict[int, int] = {}
    for one in likenesses:
        if one.person is not None:
            alike.setdefault(one.person.pk, one.member.pk)
    return [
        Beside(households[number], pairs(members=members, known=here.get(number, []), alike=alike))
        for number in numbers
        if number in households
    ]


def pairs(*, members: list[SubmissionMember], known: list[Membership], alike: dict[int, int]) -> list[Pair]:
    """Everybody told of with whom they are in the household, then those who are only known. Nobody stands twice.

    ``alike``: the member (by number) that each known person (by number) resembles.
    """
    left = list(known)
    found: dict[int, Membership] = {}
    ways: list[tuple[Callable[[SubmissionMember], object], Callable[[Membership], object]]] = [
        (lambda told: told.pk, lambda row: alike.get(row.person_id)),
        (lambda told: told.national_id, lambda row: row.person.national_id),
        (lambda told: _name(told.given_names, told.surname), lambda row: _name_of(row)),
    ]
    for told_key, known_key in ways:
        for member in members:
            key = told_key(member)
            fits = next((row for row in left if key and member.pk not in found and known_key(row) == key), None)
            if fits is not None:
                found[member.pk] = fits
                left.remove(fits)
    return [Pair(member, found.get(member.pk)) for member in members] + [Pair(None, row) for row in left]


def _name_of(row: Membership) -> tuple[str, ...]:
    return _name(row.person.given_names, row.person.surname)


def _name(given_names: str, surname: str) -> tuple[str, ...]:
    return tuple(sorted(names.tokens(given_names) + names.tokens(surname)))
