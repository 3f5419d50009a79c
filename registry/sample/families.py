"""Who lives together: relationships, sexes, ages, who is away, who is orphaned.

Families are composed by shape (couple with children, mother alone, three generations,
grandparents with grandchildren, ...), so that ages fit one another. Illustrative shares.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from registry.intake.columns import (
    MaritalStatus,
    Membership,
    ParentStatus,
    Relationship,
    Residence,
)
from registry.sample.draws import Draw, Weighted, weighted

USUAL = Residence.USUAL.value
ALIVE, DEAD = ParentStatus.ALIVE.value, ParentStatus.DEAD.value
NEVER = MaritalStatus.NEVER_MARRIED.value


@dataclass(slots=True)
class Member:
    """One person of a household before names, dates and answers."""

    relationship: str
    sex: str
    age: int
    marital: str = NEVER
    residence: str = USUAL
    mother: str = ALIVE
    father: str = ALIVE
    own_surname: bool = False
    membership: str = Membership.MEMBER.value
    given: str = field(default="", init=False)
    birth: str = field(default="", init=False)
    precision: str = field(default="", init=False)


SHAPES = Weighted(
    [
        "couple_children",
        "mother",
        "three_generations",
        "grandparents",
        "couple",
        "alone",
        "siblings",
        "child_headed",
        "father",
    ],
    [0.40, 0.14, 0.21, 0.065, 0.045, 0.075, 0.02, 0.012, 0.025],
)
CHILD_COUNTS = Weighted([1, 2, 3, 4, 5, 6, 7], [29, 30, 20, 11, 6, 3, 1])
GRANDCHILD_COUNTS = Weighted([1, 2, 3, 4, 5, 6], [27, 29, 21, 13, 7, 3])
LONE_STATUS = weighted(never_married=30, widowed=35, separated=25, divorced=10)
EXTRA = weighted(
    niece_nephew=34, foster_child=10, sibling=24, parent=12, in_law=10, boarder=4,
    domestic_worker=6,
)  # fmt: skip


def compose(draw: Draw, *, shape: str, welfare: float, abroad_share: float) -> list[Member]:
    """Compose a household of this shape; the first member is the reference person.

    Poorer households have more members. Ages are the target ages in completed years.
    """
    members = _COMPOSERS[shape](draw, welfare)
    reference = members[0]
    if shape not in ("child_headed", "alone") and draw() < 0.26:
        members.append(_extra(draw, reference))
    if draw() < abroad_share:
        _send_abroad(draw, members)
    for member in members:
        _settle(draw, member)
    return members


def _ref(sex: str, age: int, marital: str) -> Member:
    return Member(Relationship.REFERENCE.value, sex, age, marital)


def _sex(draw: Draw) -> str:
    return "F" if draw() < 0.49 else "M"


def _count(draw: Draw, counts: Weighted[int], welfare: float) -> int:
    count = counts.pick(draw)
    return count + 1 if welfare < 0.0 and draw() < 0.35 else count


def _children(draw: Draw, mother_age: int, count: int, relationship: str = Relationship.CHILD.value) -> list[Member]:
    oldest = min(mother_age - 18, 30)
    youngest = max(0, mother_age - 46)
    if oldest < youngest:
        return []
    span = oldest - youngest + 1
    count = min(count, span)
    ages = sorted((youngest + int(draw() * span) for _ in range(count)), reverse=True)
    return [Member(relationship, _sex(draw), age) for age in ages]


def _couple_children(draw: Draw, welfare: float) -> list[Member]:
    wife_age = 20 + int((draw() + draw()) * 19)
    status = MaritalStatus.COHABITING.value if draw() < 0.08 else MaritalStatus.MARRIED.value
    husband = Member(Relationship.REFERENCE.value, "M", min(wife_age + int(draw() * 9), 75), status)
    wife = Member(Relationship.SPOUSE.value, "F", wife_age, status)
    return [husband, wife, *_children(draw, wife_age, _count(draw, CHILD_COUNTS, welfare))]


def _mother(draw: Draw, welfare: float) -> list[Member]:
    age = 20 + int((draw() + draw()) * 19)
    mother = _ref("F", age, LONE_STATUS.pick(draw))
    children = _children(draw, age, _count(draw, CHILD_COUNTS, welfare))
    if mother.marital == MaritalStatus.WIDOWED:
        for child in children:
            child.father = DEAD
    return [mother, *children]


def _father(draw: Draw, welfare: float) -> list[Member]:
    age = 26 + int((draw() + draw()) * 17)
    father = _ref("M", age, LONE_STATUS.pick(draw))
    children = _children(draw, age - 3, _count(draw, CHILD_COUNTS, welfare))
    if father.marital == MaritalStatus.WIDOWED:
        for child in children:
            child.mother = DEAD
    return [father, *children]


def _elders(draw: Draw, age: int) -> list[Member]:
    """A grandmother or grandfather as the reference person, with a spouse or widowed."""
    widowed = draw() < 0.35 + (age - 50) * 0.012
    if widowed:
        sex = "F" if draw() < 0.8 else "M"
        return [_ref(sex, age, MaritalStatus.WIDOWED.value)]
    married = MaritalStatus.MARRIED.value
    wife_age = max(45, age - int(draw() * 8))
    return [_ref("M", age, married), Member(Relationship.SPOUSE.value, "F", wife_age, married)]


def _three_generations(draw: Draw, welfare: float) -> list[Member]:
    elders = _elders(draw, 50 + int((draw() + draw()) * 19))
    oldest_child = min(elders[-1].age - 18, 45)
    adult = Member(Relationship.CHILD.value, "F" if draw() < 0.65 else "M", max(19, oldest_child - 6))
    adult.marital = LONE_STATUS.pick(draw) if draw() < 0.5 else NEVER
    members = [*elders, adult]
    if draw() < 0.6:
        members.append(Member(Relationship.CHILD.value, _sex(draw), 18 + int(draw() * 10)))
    grandchildren = _children(
        draw,
        adult.age,
        max(1, _count(draw, GRANDCHILD_COUNTS, welfare) - 1),
        Relationship.GRANDCHILD.value,
    )
    for child in grandchildren:
        child.father = DEAD if draw() < 0.12 else ALIVE
        child.own_surname = draw() < 0.3
    return members + grandchildren


def _grandparents(draw: Draw, welfare: float) -> list[Member]:
    elders = _elders(draw, 58 + int((draw() + draw()) * 15))
    count = _count(draw, GRANDCHILD_COUNTS, welfare)
    grandchildren = []
    for _ in range(count):
        child = Member(Relationship.GRANDCHILD.value, _sex(draw), int(draw() * 18))
        child.mother = DEAD if draw() < 0.4 else ALIVE
        child.father = DEAD if draw() < 0.45 else ALIVE
        child.own_surname = draw() < 0.3
        grandchildren.append(child)
    return elders + grandchildren


def _couple(draw: Draw, welfare: float) -> list[Member]:
    age = 22 + int(draw() * 55)
    married = MaritalStatus.MARRIED.value
    wife = Member(Relationship.SPOUSE.value, "F", max(19, age - int(draw() * 7)), married)
    return [_ref("M", age, married), wife]


def _alone(draw: Draw, welfare: float) -> list[Member]:
    age = 21 + int(draw() * 66)
    sex = "F" if draw() < (0.65 if age > 55 else 0.35) else "M"
    return [_ref(sex, age, LONE_STATUS.pick(draw) if age > 28 else NEVER)]


def _siblings(draw: Draw, welfare: float, oldest: int = 0) -> list[Member]:
    age = oldest or 18 + int(draw() * 11)
    members = [_ref(_sex(draw), age, NEVER)]
    for _ in range(1 + int(draw() * 3)):
        members.append(Member(Relationship.SIBLING.value, _sex(draw), max(1, age - 1 - int(draw() * 12))))
    for member in members:
        member.mother = DEAD if draw() < 0.7 else ALIVE
        member.father = DEAD if draw() < 0.7 else ALIVE
    return members


def _child_headed(draw: Draw, welfare: float) -> list[Member]:
    return _siblings(draw, welfare, oldest=14 + int(draw() * 4))


_COMPOSERS: dict[str, Callable[[Draw, float], list[Member]]] = {
    "couple_children": _couple_children,
    "mother": _mother,
    "three_generations": _three_generations,
    "grandparents": _grandparents,
    "couple": _couple,
    "alone": _alone,
    "siblings": _siblings,
    "child_headed": _child_headed,
    "father": _father,
}


def _extra(draw: Draw, reference: Member) -> Member:
    """One more member, of an age that fits the relationship."""
    relationship = EXTRA.pick(draw)
    own_surname = draw() < 0.6
    if relationship == Relationship.PARENT and 24 <= reference.age <= 55:
        age = reference.age + 18 + int(draw() * 14)
        return Member(relationship, "F", age, MaritalStatus.WIDOWED.value)
    if relationship in (Relationship.NIECE_NEPHEW, Relationship.FOSTER_CHILD):
        child = Member(relationship, _sex(draw), int(draw() * 18), own_surname=own_surname)
        child.mother = DEAD if draw() < 0.35 else ALIVE
        child.father = DEAD if draw() < 0.35 else ALIVE
        return child
    if relationship == Relationship.PARENT:
        relationship = Relationship.OTHER_RELATIVE.value
    return Member(relationship, _sex(draw), 18 + int(draw() * 25), own_surname=own_surname)


def _send_abroad(draw: Draw, members: list[Member]) -> None:
    """Let an adult work abroad; the reference person only now and then, never the last adult."""
    adults = [m for m in members if 19 <= m.age <= 58 and m.residence == USUAL]
    if len(adults) < 2:
        return
    reference, others = members[0], [m for m in adults if m is not members[0]]
    if reference in adults and draw() < 0.06:
        reference.residence = Residence.ABROAD.value
        return
    migrant = others[int(draw() * len(others))]
    spouse = members[1] if members[1].relationship == Relationship.SPOUSE else None
    if spouse is migrant and draw() < 0.7:
        # The husband leaves and the wife answers for the household.
        reference.sex, spouse.sex = spouse.sex, reference.sex
        reference.age, spouse.age = spouse.age, reference.age
    migrant.residence = Residence.ABROAD.value


def _settle(draw: Draw, member: Member) -> None:
    """Parents die as people age; some are away for a while; now and then it is not known."""
    age = member.age
    if age >= 18:
        if draw() < min(0.97, 0.04 + (age - 18) * 0.022):
            member.father = DEAD
        if draw() < min(0.95, 0.02 + (age - 18) * 0.018):
            member.mother = DEAD
    elif member.father == ALIVE:
        chance = draw()
        if chance < 0.05:
            member.father = DEAD
        elif chance < 0.08:
            member.father = ParentStatus.UNKNOWN.value
    may_leave = 15 <= age <= 50 and member.relationship != Relationship.REFERENCE
    if may_leave and member.residence == USUAL and draw() < 0.04:
        at_school = age <= 20 and member.relationship != Relationship.SPOUSE
        member.residence = (Residence.BOARDER if at_school else Residence.TEMPORARILY_ABSENT).value
