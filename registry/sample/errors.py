"""Households spoilt on purpose, each in one known way that the import has to refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from registry.sample.household import Household, make
from registry.sample.plan import Plan, spoilt

HOUSEHOLDS, PERSONS = "households.csv", "persons.csv"


@dataclass(frozen=True, slots=True)
class Spoilt:
    """Where a household was spoilt: ``place`` counts its persons from 0, -1 the household row."""

    kind: str
    place: int
    column: str


def _month_13(household: Household) -> Spoilt:
    row = household.persons[0]
    row["birth_date"], row["birth_date_precision"] = row["birth_date"][:4] + "-13-05", "day"
    return Spoilt("month_13", 0, "birth_date")


def _unknown_code(household: Household) -> Spoilt:
    household.persons[0]["marital_status"] = "engaged"
    return Spoilt("unknown_code", 0, "marital_status")


def _two_references(household: Household) -> Spoilt:
    twin = dict(household.persons[0])
    twin |= {"person_no": str(len(household.persons) + 1), "national_id": ""}
    twin["given_names"] += " Second"
    household.persons.append(twin)
    return Spoilt("two_reference_persons", len(household.persons) - 1, "relationship")


def _age_130(household: Household) -> Spoilt:
    row = household.persons[0]
    row["birth_date"] = str(household.interview.year - 131)
    row["birth_date_precision"] = "year"
    return Spoilt("age_130", 0, "birth_date")


def _same_id_twice(household: Household) -> Spoilt:
    """The same number on two rows; the second row is an invented relative."""
    first = household.persons[0]
    first["national_id"] = first.get("national_id") or "9900000000000"
    second = dict(first)
    second |= {"person_no": str(len(household.persons) + 1), "relationship": "other_relative"}
    second["given_names"] += " Second"
    household.persons.append(second)
    return Spoilt("same_id_twice", len(household.persons) - 1, "national_id")


def _unknown_village(household: Household) -> Spoilt:
    household.row["area_code"] = "XX999999-99"
    return Spoilt("unknown_village", -1, "area_code")


def _not_a_number(household: Household) -> Spoilt:
    household.row["rooms"] = "two"
    return Spoilt("not_a_number", -1, "rooms")


def _sex_missing(household: Household) -> Spoilt:
    household.persons[0]["sex"] = ""
    return Spoilt("sex_missing", 0, "sex")


def _born_later(household: Household) -> Spoilt:
    row = household.persons[0]
    row["birth_date"] = household.interview.replace(year=household.interview.year + 2, day=1).isoformat()
    row["birth_date_precision"] = "day"
    return Spoilt("born_after_interview", 0, "birth_date")


def _out_of_range(household: Household) -> Spoilt:
    household.row["cattle"] = "-3"
    return Spoilt("out_of_range", -1, "cattle")


def _id_mask(household: Household) -> Spoilt:
    household.persons[0]["national_id"] = "12AB"
    return Spoilt("id_mask", 0, "national_id")


def _household_missing(household: Household) -> Spoilt:
    """A person row whose household has no row."""
    for row in household.persons:
        row["household_no"] += "-X"
    return Spoilt("household_missing", 0, "household_no")


SPOILERS: tuple[Callable[[Household], Spoilt], ...] = (
    _month_13,
    _unknown_code,
    _two_references,
    _age_130,
    _same_id_twice,
    _unknown_village,
    _not_a_number,
    _sex_missing,
    _born_later,
    _out_of_range,
    _id_mask,
    _household_missing,
)


def spoil(plan: Plan, index: int) -> tuple[Household, Spoilt]:
    """Make the household of a spoilt slot; the ways take turns."""
    household = make(plan, index)
    return household, SPOILERS[spoilt(plan).index(index) % len(SPOILERS)](household)
