"""Which words the rules of an assessment may use, at each place where a rule stands. Pure: no Django."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.rules import Symbol, Type, Vocabulary
from registry.intake.vocabulary import HOUSEHOLD_NAMES, PERSON_NAMES, Level
from registry.questionnaire import Questionnaire

SCORE = "score"

# They compare persons with one another, which one pass over the persons does not answer.
_NOT_ASSESSED = frozenset({"repeated_names", "reference_age_gap", "reference_sex", "spouses", "namesakes_in_village"})

HOUSEHOLD_CORE = tuple(name.name for name in HOUSEHOLD_NAMES if name.name not in _NOT_ASSESSED)
PERSON_CORE = tuple(name.name for name in PERSON_NAMES if name.name not in _NOT_ASSESSED)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the programme in force on a day: ``poverty_cut_off``, ``rate_1_2``."""

    code: str
    value: Decimal
    unit: str
    valid_from: date
    source: str

    @property
    def label(self) -> str:
        return f"{self.value} {self.unit}".strip()

    @property
    def type(self) -> Type:
        return Type.INTEGER if self.value == self.value.to_integral_value() else Type.DECIMAL


def parameters_on(raw: Iterable[Mapping[str, Any]], *, on: date) -> dict[str, Parameter]:
    """Of each code the value with the latest ``valid_from`` up to the day; a code that begins later is left out."""
    found: dict[str, Parameter] = {}
    for item in raw:
        parameter = Parameter(
            code=item["code"],
            value=Decimal(item["value"]),
            unit=item.get("unit", ""),
            valid_from=date.fromisoformat(str(item["valid_from"])),
            source=item.get("source", ""),
        )
        known = found.get(parameter.code)
        if parameter.valid_from <= on and (known is None or known.valid_from <= parameter.valid_from):
            found[parameter.code] = parameter
    return found


def of_households(questionnaire: Questionnaire) -> Vocabulary:
    """For household expressions: core names and questions of the household."""
    words = questionnaire.vocabulary(Level.HOUSEHOLD)
    return Vocabulary({name: symbol for name, symbol in words.items() if name not in _NOT_ASSESSED})


def of_persons(questionnaire: Questionnaire) -> Vocabulary:
    """For person expressions: core names and questions of the person alone."""
    mine = {question.code for question in questionnaire.of(Level.PERSON)} | set(PERSON_CORE)
    words = questionnaire.vocabulary(Level.PERSON)
    return Vocabulary({name: symbol for name, symbol in words.items() if name in mine})


def of_criteria(
    questionnaire: Questionnaire,
    *,
    variables: Mapping[str, Symbol],
    parameters: Mapping[str, Parameter],
    person: bool,
    scored: bool,
) -> Vocabulary:
    """For criteria and amounts. A variable hides a core name or question of the same code."""
    words = dict(of_households(questionnaire))
    if person:
        words |= of_persons(questionnaire)
    words |= variables
    words |= {code: Symbol(type=item.type, label=item.label) for code, item in parameters.items()}
    if scored:
        words[SCORE] = Symbol(type=Type.DECIMAL, label="Score")
    return Vocabulary(words)
