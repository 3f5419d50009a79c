"""Everything that one run is compiled from. Pure: no Django."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.rules import Rule, RuleError, Type, Vocabulary, parse
from eligibility.assessing import criteria as criteria_
from eligibility.assessing import formula as formula_
from eligibility.assessing import names, variables
from eligibility.assessing.criteria import Criteria
from eligibility.assessing.formula import FormulaSpec
from eligibility.assessing.names import Parameter
from eligibility.assessing.variables import Variable
from registry.questionnaire import Questionnaire
from registry.questionnaire.carrying import Step


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules of one programme on one day, parsed and checked.

    ``variables`` are those that formula, criteria or amount read, by code; ``inputs`` the names whose values each
    assessment keeps, in order.
    """

    as_of: date
    person: bool
    questionnaire: Questionnaire
    variables: Mapping[str, Variable]
    formula: FormulaSpec | None
    criteria: Criteria
    amount: Rule
    parameters: Mapping[str, Parameter]
    vocabulary: Vocabulary
    inputs: tuple[str, ...]
    ways: Mapping[int, tuple[Step, ...]] = field(default_factory=dict)
    """How answers to earlier questionnaire versions, by number, are read in the words of the one in force."""

    @property
    def screen(self) -> tuple[Rule, ...]:
        """For persons: parts about age that must not be false for a person to be assessed at all."""
        return self.criteria.about_age(self.parameters) if self.person else ()

    def facts(self) -> dict[str, Any]:
        """What a run records of its plan."""
        return {
            "questionnaire": self.questionnaire.code,
            "parameters": {code: str(item.value) for code, item in sorted(self.parameters.items())},
            "criteria": [part.canonical for part in self.criteria.parts],
            "screen": [part.canonical for part in self.screen],
            "amount": self.amount.canonical,
            "inputs": list(self.inputs),
            "variables": {code: item.rule.digest for code, item in sorted(self.variables.items())},
        }


def read_variables(content: Mapping[str, Any], *, questionnaire: Questionnaire) -> dict[str, Variable]:
    """The variables of a set's content by code.

    Raises:
        RuleError: an expression is refused, or a code stands twice.
    """
    households, persons = names.of_households(questionnaire), names.of_persons(questionnaire)
    found: dict[str, Variable] = {}
    for raw in content["variables"]:
        if raw["code"] in found:
            raise RuleError(f"The variable {raw['code']!r} stands twice.")
        found[raw["code"]] = variables.read(raw, households=households, persons=persons)
    return found


def make(
    *,
    as_of: date,
    person: bool,
    questionnaire: Questionnaire,
    variable_content: Mapping[str, Any] | None,
    formula_content: Mapping[str, Any] | None,
    criteria: str,
    amount: str,
    parameters: list[dict[str, Any]],
    ways: Mapping[int, tuple[Step, ...]] | None = None,
) -> Plan:
    """Parse and check all rules of a run.

    Raises:
        RuleError: a rule is refused, or names a parameter that is not in force on the day.
    """
    known = read_variables(variable_content, questionnaire=questionnaire) if variable_content else {}
    symbols = {code: item.symbol for code, item in known.items()}
    spec = formula_.read(formula_content, variables=Vocabulary(symbols)) if formula_content else None
    in_force = names.parameters_on(parameters, on=as_of)
    vocabulary = names.of_criteria(
        questionnaire, variables=symbols, parameters=in_force, person=person, scored=spec is not None
    )
    condition = criteria_.read(criteria, vocabulary=vocabulary)
    priced = parse(amount, vocabulary=vocabulary, expects=Type.DECIMAL)
    read = (spec.names if spec else frozenset()) | condition.rule.names | priced.names
    return Plan(
        as_of=as_of,
        person=person,
        questionnaire=questionnaire,
        variables={code: item for code, item in known.items() if code in read},
        formula=spec,
        criteria=condition,
        amount=priced,
        parameters=in_force,
        vocabulary=vocabulary,
        inputs=tuple(sorted(read - set(in_force) - {names.SCORE})),
        ways=ways or {},
    )
