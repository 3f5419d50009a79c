"""The amount of one period, by the rule in force on its first day, as SQL over the frozen inputs of an assessment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.money import EXPONENTS
from core.rules import Rule, Symbol, Type, Vocabulary, parse, render
from eligibility.models import Programme, ProgrammeRules, VariableSet
from payments.periods import Period
from registry.intake.vocabulary import HOUSEHOLD_NAMES, PERSON_NAMES

_SQL_TYPES = {
    Type.INTEGER: "bigint",
    Type.DECIMAL: "numeric",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
    Type.TEXT: "text",
    Type.CHOICE: "text",
}


class NoRule(Exception):
    """No released rule of the programme is in force for this period."""


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one period: SQL giving minor units as bigint (null: undetermined), and SQL of the facts used."""

    period: Period
    rules_id: int
    amount: str
    facts: str


def price_of(*, programme: Programme, period: Period, inputs: str = "inputs") -> Price:
    """How the period is priced; ``inputs`` is the SQL of the jsonb that holds the frozen inputs.

    Amounts are rounded half away from zero to the currency's minor unit.

    Raises:
        NoRule: no released rule is in force on the period's first day, or it covers another span.
        RuleError: the rule names what is neither a parameter nor an input.
    """
    rules = (
        ProgrammeRules.objects.filter(
            programme=programme, status=ProgrammeRules.Status.RELEASED, valid_from__lte=period.first
        )
        .order_by("-valid_from")
        .first()
    )
    if rules is None:
        raise NoRule(f"No rule of {programme.code} is in force on {period.first:%-d %B %Y}.")
    if rules.frequency_months != programme.frequency_months:
        raise NoRule(f"The rule of {programme.code} on {period.first:%-d %B %Y} is for another length of period.")
    numbers = parameters_on(rules.parameters, on=period.first)
    vocabulary = _vocabulary(numbers)
    rule = parse(rules.amount, vocabulary=vocabulary, expects=Type.DECIMAL)
    columns = {name: _column(name, numbers, vocabulary, inputs) for name in rule.names}
    amount = render(rule, dialect="postgres", columns=columns)
    scale = 10 ** EXPONENTS[programme.currency]
    return Price(
        period=period,
        rules_id=rules.pk,
        amount=f"round(({amount}) * {scale})::bigint",
        facts=_facts(rule, numbers, inputs),
    )


def parameters_on(raw: list[dict[str, Any]], *, on: date) -> dict[str, Decimal]:
    """Of each code the value with the latest first day up to ``on``."""
    found: dict[str, tuple[date, Decimal]] = {}
    for item in raw:
        first = date.fromisoformat(str(item["valid_from"]))
        if first <= on and (item["code"] not in found or found[item["code"]][0] <= first):
            found[item["code"]] = (first, Decimal(str(item["value"])))
    return {code: value for code, (_, value) in found.items()}


def _vocabulary(numbers: Mapping[str, Decimal]) -> Vocabulary:
    """Core names, the released variables, and the parameters; a variable hides a core name of the same code."""
    words = {name.name: Type(name.type.value) for name in (*PERSON_NAMES, *HOUSEHOLD_NAMES)}
    for variables in VariableSet.objects.filter(status=VariableSet.Status.RELEASED).order_by("id"):
        words |= {row["code"]: Type(row["type"]) for row in variables.content.get("variables", [])}
    words |= dict.fromkeys(numbers, Type.DECIMAL)
    words["score"] = Type.DECIMAL
    simple = {name: Type.TEXT if type_ in (Type.CHOICE, Type.CHOICES) else type_ for name, type_ in words.items()}
    return Vocabulary({name: Symbol(type=type_) for name, type_ in simple.items()})


def _column(name: str, numbers: Mapping[str, Decimal], vocabulary: Vocabulary, inputs: str) -> str:
    if name in numbers:
        return f"({numbers[name]:f})::numeric"
    return f"({inputs}->>'{name}')::{_SQL_TYPES[vocabulary[name].type]}"


def _facts(rule: Rule, numbers: Mapping[str, Decimal], inputs: str) -> str:
    """What the amount was reckoned from, kept on the entitlement: parameters as text, inputs as they were."""
    pairs = [
        f"'{name}', " + (f"'{numbers[name]:f}'::text" if name in numbers else f"{inputs}->'{name}'")
        for name in sorted(rule.names)
    ]
    return f"jsonb_build_object({', '.join(pairs)})"
