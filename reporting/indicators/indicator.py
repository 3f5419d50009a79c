"""What an indicator is. Pure: no database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """What a value counts. ``label`` is what people read."""

    HOUSEHOLDS = "households"
    PERSONS = "persons"
    SUBMISSIONS = "submissions"
    CASES = "cases"
    MONEY = "money"
    PERCENT = "percent"
    PER_THOUSAND = "per_thousand"
    MONTHS = "months"

    @property
    def label(self) -> str:
        words = {"money": "amount of money", "percent": "for every 100", "per_thousand": "for every 1,000"}
        return words.get(self.value, self.value)

    @property
    def counts_people(self) -> bool:
        """Whether a small value says something about a few people."""
        return self in (Unit.HOUSEHOLDS, Unit.PERSONS, Unit.SUBMISSIONS, Unit.CASES)


class Counted(Enum):
    """How the rows of an indicator's query become figures, and so which columns the query must give.

    HOUSEHOLDS: ``household_id`` (and ``programme_id``), each counted once. PERSONS: ``person_id`` as well.
    PLACED: ``area_id``, ``district_id``, one row a thing. AMOUNT: ``household_id``, ``programme_id``, ``currency``,
    ``amount_minor``. MONTHS: ``household_id``, ``bin``.
    """

    HOUSEHOLDS = "households"
    PERSONS = "persons"
    PLACED = "placed"
    AMOUNT = "amount"
    MONTHS = "months"


class By(Enum):
    """What a figure can be broken down by. Sex and age group are those of the head where households are counted."""

    PLACE = "place"
    SEX = "sex"
    AGE_GROUP = "age_group"


_ALL = (By.PLACE, By.SEX, By.AGE_GROUP)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure with its meaning.

    ``definition`` is for readers; ``query`` is SQL that lists what is counted, against the tables in ``sources``, and
    may name ``base`` (every household with present place, head's sex and age group) and ``on`` (the day). ``needs``
    names models that must be there: an indicator without its source is not listed. A ratio has ``numerator`` and
    ``denominator``, codes of other indicators (or ``population``), and no query; a median has ``distribution``.
    ``hidden_with`` are the counts that decide whether a derived or money figure may be passed on.
    """

    code: str
    title: str
    definition: str
    unit: Unit
    sources: tuple[str, ...]
    counted: Counted | None = None
    query: str = ""
    by: tuple[By, ...] = _ALL
    by_programme: bool = False
    numerator: str = ""
    denominator: str = ""
    distribution: bool = False
    hidden_with: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    as_of: str = "the moment of the last count"

    @property
    def of_persons(self) -> bool:
        """Sex and age group are the person's own; else they are those of the household's head."""
        return self.counted is Counted.PERSONS

    @property
    def per(self) -> int:
        """What a ratio is reckoned for: every 100, or every 1,000."""
        return 1000 if self.unit is Unit.PER_THOUSAND else 100
