"""Variables: what a formula or criterion reads, derived from answers. Pure: no Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.rules import Rule, RuleError, Symbol, Type, Vocabulary, parse
from registry.intake.vocabulary import Level

LONGEST_CODE = 50


class Aggregate(StrEnum):
    """How a person expression becomes a value of the household."""

    COUNT = "count"
    SUM = "sum"
    SHARE = "share"
    ANY = "any"
    MAX = "max"
    MIN = "min"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Variable:
    """A household expression, or a person expression aggregated over the persons that ``where`` keeps.

    ``when_empty`` is the value where ``where`` keeps nobody; None: undetermined.
    """

    code: str
    level: Level
    type: Type
    label: str
    rule: Rule
    aggregate: Aggregate | None = None
    where: Rule | None = None
    when_empty: bool | Decimal | str | None = None

    @property
    def symbol(self) -> Symbol:
        choices = frozenset[str]() if self.type is Type.CHOICE else None
        return Symbol(type=Type.TEXT if choices is not None else self.type, label=self.label)


def read(raw: Mapping[str, Any], *, households: Vocabulary, persons: Vocabulary) -> Variable:
    """A variable as the pack describes it.

    Raises:
        RuleError: an expression is refused, or its aggregate does not fit its type.
    """
    code, level = raw["code"], Level(raw["level"])
    if len(code) > LONGEST_CODE:
        raise RuleError(f"The variable's code {code!r} is longer than {LONGEST_CODE} characters.")
    label = raw.get("label", {}).get("en", code)
    type_ = Type(raw["type"])
    if level is Level.HOUSEHOLD:
        rule = parse(raw["expression"], vocabulary=households, expects=type_)
        return Variable(code, level, type_, label, rule)
    aggregate = Aggregate(raw["aggregate"])
    rule = parse(raw["expression"], vocabulary=persons)
    where = parse(raw["where"], vocabulary=persons, expects=Type.BOOLEAN) if raw.get("where") else None
    _fits(code, aggregate, rule.type, type_)
    empty = raw.get("when_empty")
    if isinstance(empty, int | float | str) and not isinstance(empty, bool) and type_.is_number:
        empty = Decimal(str(empty))
    return Variable(code, level, type_, label, rule, aggregate, where, empty)


def _fits(code: str, aggregate: Aggregate, found: Type, declared: Type) -> None:
    wanted = {
        Aggregate.COUNT: (found is Type.BOOLEAN, Type.INTEGER),
        Aggregate.SHARE: (found is Type.BOOLEAN, Type.DECIMAL),
        Aggregate.ANY: (found is Type.BOOLEAN, Type.BOOLEAN),
        Aggregate.SUM: (found.is_number, found),
        Aggregate.MAX: (found.is_number, found),
        Aggregate.MIN: (found.is_number, found),
        Aggregate.HEAD: (True, found),
    }[aggregate]
    if not wanted[0] or (declared is not wanted[1] and not (declared is Type.DECIMAL and wanted[1].is_number)):
        raise RuleError(f"The variable {code!r} cannot be the {aggregate} of {found} values as a {declared}.")
