"""Core names that rules may use beside the codes of questions.

The data dictionary of identity and composition: checks, variables and criteria are held to
these names and to the questions of their version. docs/questionnaire.md carries the same
table (a test compares the two). Pure: no Django.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registry.intake import columns


class Level(StrEnum):
    HOUSEHOLD = "household"
    PERSON = "person"


class NameType(StrEnum):
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class CoreName:
    """A name that the registry itself provides to rules."""

    name: str
    level: Level
    type: NameType
    meaning: str
    choices: columns.Choices | None = None


def _household(name: str, type_: NameType, meaning: str, choices: columns.Choices | None = None) -> CoreName:
    return CoreName(name, Level.HOUSEHOLD, type_, meaning, choices)


def _person(name: str, type_: NameType, meaning: str, choices: columns.Choices | None = None) -> CoreName:
    return CoreName(name, Level.PERSON, type_, meaning, choices)


_INTEGER, _BOOLEAN, _TEXT = NameType.INTEGER, NameType.BOOLEAN, NameType.TEXT

HOUSEHOLD_NAMES: tuple[CoreName, ...] = (
    _household("size", _INTEGER, "persons who count"),
    _household("children_0_17", _INTEGER, "persons who count, aged 0 to 17"),
    _household("adults_18_59", _INTEGER, "persons who count, aged 18 to 59"),
    _household("elders_60_plus", _INTEGER, "persons who count, aged 60 or more"),
    _household("reference_persons", _INTEGER, "persons entered as the reference person"),
    _household(
        "reference_age",
        _INTEGER,
        "age of the reference person; missing unless there is exactly one",
    ),
    _household(
        "reference_present",
        _BOOLEAN,
        "the reference person lives here usually; missing unless there is exactly one",
    ),
    _household(
        "reference_sex",
        _TEXT,
        "sex of the reference person; missing unless there is exactly one",
        columns.Sex,
    ),
    _household("spouses", _INTEGER, "members entered as a spouse of the reference person"),
    _household("oldest_age", _INTEGER, "highest age among persons who count"),
    _household(
        "repeated_names",
        _INTEGER,
        "members whose given names and surname another member of the household also bears",
    ),
    _household(
        "namesakes_in_village",
        _INTEGER,
        "households known in the village whose reference person bears all the names of this one's; "
        "missing unless there is exactly one",
    ),
)

PERSON_NAMES: tuple[CoreName, ...] = (
    _person(
        "counts",
        _BOOLEAN,
        "counts in the household: membership is member, residence is usual or temporarily_absent",
    ),
    _person("age", _INTEGER, "completed years on the day of the interview"),
    _person(
        "reference_age_gap",
        _INTEGER,
        "age of the reference person minus own age; missing unless there is exactly one",
    ),
    _person("has_national_id", _BOOLEAN, "a national ID was given"),
    _person("sex", _TEXT, "sex", columns.Sex),
    _person("membership", _TEXT, "member or linked", columns.Membership),
    _person("relationship", _TEXT, "to the reference person", columns.Relationship),
    _person("birth_date_precision", _TEXT, "how exact the birth date is", columns.DatePrecision),
    _person("nationality", _TEXT, "ISO 3166-1 alpha-3"),
    _person("residence_status", _TEXT, "by what right the person lives here", columns.ResidenceStatus),
    _person("residence", _TEXT, "where the person lives", columns.Residence),
    _person("marital_status", _TEXT, "marital status", columns.MaritalStatus),
    _person("mother_status", _TEXT, "is the mother alive", columns.ParentStatus),
    _person("father_status", _TEXT, "is the father alive", columns.ParentStatus),
)

CORE_NAMES: tuple[CoreName, ...] = HOUSEHOLD_NAMES + PERSON_NAMES
