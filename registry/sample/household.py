"""One ordinary household as rows of the two import files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from registry.intake.columns import (
    AccountKind,
    BirthEvidence,
    LegalBasis,
    MaritalStatus,
    Membership,
    ParentStatus,
    Relationship,
    Residence,
    ResidenceStatus,
)
from registry.sample import answers, families, people
from registry.sample.draws import Draw, bell, slot, stream, weighted
from registry.sample.families import Member
from registry.sample.plan import Kind, Plan, kind_of, number
from registry.sample.world import World

Row = dict[str, str]

_EVIDENCE = weighted(birth_certificate=45, clinic_card=20, baptism=15, declared=20)
_ACCOUNT = weighted(cash=58, mobile=30, bank=12)
COUNTED = (Residence.USUAL.value, Residence.TEMPORARILY_ABSENT.value)


@dataclass(slots=True)
class Household:
    """Rows of one household, by column name; a missing column is blank."""

    row: Row
    persons: list[Row]
    interview: date


def make(plan: Plan, index: int) -> Household:
    """Make the ordinary household of slot ``index`` (as if nothing were planted there)."""
    world = plan.world
    draw = stream(slot(plan.seed, index)[1])
    kind = kind_of(plan, index)
    village = world.villages.pick(draw)
    welfare = bell(draw) + (0.55 if village.urban else 0.0)
    window = int(world.settings["interview_days"])
    interview = date.fromordinal(plan.on.toordinal() - int(draw() * window))
    members = _members(draw, plan, kind, welfare)
    for member in members:
        people.settle_birth(draw, member, interview)
    surname = world.surnames.pick(draw)
    foreign = draw() < world.share("foreign_share")
    husband = make(plan, index - 1).persons[0] if kind == Kind.SECOND else None
    if husband is not None:
        surname, foreign = husband["surname"], False
    persons = _persons(draw, plan, index, members, surname, foreign, welfare)
    if husband is not None:
        persons.append(_linked_husband(husband, index, len(persons) + 1))
    size = sum(member.residence in COUNTED for member in members)
    row = _household_row(draw, plan, index, village.code, interview, members, persons)
    if draw() < 0.6:
        row["latitude"] = f"{village.latitude + 0.02 * (draw() - 0.5):.5f}"
        row["longitude"] = f"{village.longitude + 0.02 * (draw() - 0.5):.5f}"
    row |= answers.of_household(draw, welfare=welfare, urban=village.urban, size=size)
    return Household(row, persons, interview)


def _members(draw: Draw, plan: Plan, kind: str, welfare: float) -> list[Member]:
    abroad = plan.world.share("abroad_share")
    if kind == Kind.POLYGYNOUS:
        members = families.compose(draw, shape="couple_children", welfare=welfare, abroad_share=0.0)
        members[0].marital = members[1].marital = MaritalStatus.POLYGAMOUS.value
        return members
    if kind == Kind.SECOND:
        members = families.compose(draw, shape="mother", welfare=welfare, abroad_share=0.0)
        members[0].marital = MaritalStatus.POLYGAMOUS.value
        for member in members:
            if member.relationship == Relationship.CHILD:
                member.father = ParentStatus.ALIVE.value
        return members
    shape = families.SHAPES.pick(draw)
    return families.compose(draw, shape=shape, welfare=welfare, abroad_share=abroad)


def _persons(
    draw: Draw,
    plan: Plan,
    index: int,
    members: list[Member],
    surname: str,
    foreign: bool,
    welfare: float,
) -> list[Row]:
    world = plan.world
    taken: set[str] = set()
    for member in members:
        names = world.girls if member.sex == "F" else world.boys
        member.given = people.given_names(draw, names, taken)
    _name_after_grandparent(draw, members)
    nationality = world.settings["home_nationality"]
    if foreign:
        abroad = world.settings["foreign_nationalities"]
        nationality = abroad[int(draw() * len(abroad))]
    carer = _carer(members)
    rows = []
    for place, member in enumerate(members, 1):
        row = _person_row(member, number(index), place)
        row["surname"] = world.surnames.pick(draw) if member.own_surname else surname
        row["nationality"] = nationality
        if member.age < 18 and carer and carer != place:
            row["caregiver_no"] = str(carer)
        _papers(draw, plan, index, place, member, row, foreign)
        if member.sex == "F" and member.marital in _TAKES_NAME:
            _married_names(draw, world, members, row)
        row |= answers.of_person(draw, member, welfare=welfare)
        rows.append(row)
    return rows


_TAKES_NAME = (MaritalStatus.MARRIED, MaritalStatus.POLYGAMOUS, MaritalStatus.WIDOWED)


def _person_row(member: Member, household_no: str, place: int) -> Row:
    return {
        "household_no": household_no,
        "person_no": str(place),
        "membership": member.membership,
        "relationship": member.relationship,
        "given_names": member.given,
        "sex": member.sex,
        "birth_date": member.birth,
        "birth_date_precision": member.precision,
        "residence": member.residence,
        "marital_status": member.marital if member.age >= 15 else families.NEVER,
        "mother_status": member.mother,
        "father_status": member.father,
    }


def _married_names(draw: Draw, world: World, members: list[Member], row: Row) -> None:
    """A married woman keeps her family's name beside her husband's and is called after a child."""
    row["birth_surname"] = world.surnames.pick(draw)
    eldest = next((m for m in members if m.relationship == Relationship.CHILD), None)
    if eldest is not None:
        prefix = world.settings["married_name_prefix"]
        row["known_as"] = prefix + eldest.given.split()[0].lower()


def _name_after_grandparent(draw: Draw, members: list[Member]) -> None:
    """Now and then a grandchild bears the grandparent's name: no mistake, but a warning asks."""
    for member in members[1:]:
        if member.relationship == Relationship.GRANDCHILD and member.sex == members[0].sex:
            if draw() < 0.015:
                member.given = members[0].given
            return


def _carer(members: list[Member]) -> int:
    """Return the place of the woman, else the grown-up, else the eldest, who cares for children."""
    here = [(p, m) for p, m in enumerate(members, 1) if m.residence in COUNTED]
    tests: tuple[Callable[[Member], bool], ...] = (
        lambda m: m.sex == "F" and m.age >= 18 and m.relationship in ("reference", "spouse"),
        lambda m: m.age >= 18,
        lambda m: m.relationship == Relationship.REFERENCE,
    )
    for test in tests:
        for place, member in here:
            if test(member):
                return place
    return 0


def _papers(draw: Draw, plan: Plan, index: int, place: int, member: Member, row: Row, foreign: bool) -> None:
    """Set the national ID or what stands for it, the residence status and the evidence."""
    world, age = plan.world, member.age
    group = "under_5" if age < 5 else "age_5_15" if age < 16 else "adult"
    has_id = draw() >= world.share("without_id", group)
    if foreign:
        row["residence_status"] = _FOREIGN_STATUS.pick(draw)
        row["other_id_kind"] = "passport"
        row["other_id_country"] = row["nationality"]
        row["other_id_number"] = f"X{int(draw() * 10**8):08d}"
        row["other_id_expires_on"] = date(
            plan.on.year + 1 + int(draw() * 8), 1 + int(draw() * 12), 1 + int(draw() * 28)
        ).isoformat()
    else:
        row["residence_status"] = ResidenceStatus.CITIZEN.value
        if has_id:
            row["national_id"] = people.national_id(world, seed=plan.seed, index=index, place=place)
    if member.precision == people.ESTIMATED:
        row["birth_evidence"] = BirthEvidence.DECLARED.value
    elif has_id and age >= 16 and member.precision == people.DAY:
        row["birth_evidence"] = BirthEvidence.ID_CARD.value
    else:
        row["birth_evidence"] = _EVIDENCE.pick(draw)


_FOREIGN_STATUS = weighted(permanent=30, temporary=50, refugee=20)


def _linked_husband(husband: Row, index: int, place: int) -> Row:
    return {
        "household_no": number(index),
        "person_no": str(place),
        "membership": Membership.LINKED.value,
        "linked_to": f"{husband['household_no']}/{husband['person_no']}",
        "relationship": Relationship.SPOUSE.value,
        "given_names": husband["given_names"],
        "surname": husband["surname"],
        "sex": husband["sex"],
    }


def _household_row(
    draw: Draw,
    plan: Plan,
    index: int,
    area: str,
    interview: date,
    members: list[Member],
    persons: list[Row],
) -> Row:
    world, settings = plan.world, plan.world.settings
    adults = [p for p, m in enumerate(members, 1) if m.age >= 18 and m.residence in COUNTED]
    speaker = str(adults[0] if adults else 1)
    landmarks = settings["landmarks"]
    row: Row = {
        "household_no": number(index),
        "area_code": area,
        "address": f"near {landmarks[int(draw() * len(landmarks))]}",
        "interview_date": interview.isoformat(),
        "interviewer": f"Interviewer {1 + int(draw() * 300):03d}",
        "privacy_notice": str(settings["privacy_notice"]),
        "legal_basis": LegalBasis.PUBLIC_TASK.value,
    }
    if draw() < 0.3:
        row["legal_basis"] = LegalBasis.CONSENT.value
        row["consent"] = "yes"
        row["consent_given_by"] = speaker
    if draw() < 0.4:
        row["legacy_number"] = f"L{int(draw() * 10**6):06d}-{index % 97:02d}"
    if draw() < 0.72:
        row["phone"] = people.phone(world, draw)
    _account(draw, plan, row, speaker)
    if draw() < 0.05:
        _nominee(draw, plan, index, row)
    return row


def _account(draw: Draw, plan: Plan, row: Row, holder: str) -> None:
    settings = plan.world.settings
    kind = _ACCOUNT.pick(draw)
    if kind == AccountKind.MOBILE and "phone" not in row:
        kind = AccountKind.CASH.value
    row["account_kind"] = kind
    row["account_provider"] = settings[f"{kind}_provider"]
    row["account_holder_no"] = holder
    if kind == AccountKind.MOBILE:
        row["account_number"] = row["phone"]
    elif kind == AccountKind.BANK:
        row["account_number"] = f"9{int(draw() * 10**9):09d}"


def _nominee(draw: Draw, plan: Plan, index: int, row: Row) -> None:
    world = plan.world
    row["nominee_given_names"] = world.girls.pick(draw)
    row["nominee_surname"] = world.surnames.pick(draw)
    row["nominee_national_id"] = people.national_id(world, seed=plan.seed, index=index, place=people.NOMINEE_PLACE)
    if draw() < 0.6:
        row["nominee_phone"] = people.phone(world, draw)
