"""The reference interpreter: slow, plain, and what every dialect is held to by property tests."""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from typing import Literal as Word

from core.rules import numbers
from core.rules.errors import WrongValue
from core.rules.nodes import (
    Among,
    Arithmetic,
    Between,
    Call,
    Case,
    Comparison,
    IsMissing,
    Literal,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    children,
)
from core.rules.rule import Rule
from core.rules.vocabulary import Type


class Undetermined(Enum):
    """The one value of a rule whose inputs do not suffice. It is neither true nor false."""

    UNDETERMINED = "undetermined"

    def __bool__(self) -> bool:
        raise TypeError("An undetermined rule is neither true nor false; compare it by 'is'.")


UNDETERMINED: Final = Undetermined.UNDETERMINED

Result = bool | int | Decimal | str | date
Value = bool | Decimal | str | date | frozenset[str] | None


def evaluate(rule: Rule, *, values: Mapping[str, object]) -> Result | Word[Undetermined.UNDETERMINED]:
    """The rule's value for one household or person. A name without value, or None, is missing.

    Every part is computed, those that a 'case' does not choose included, so a number out of
    range is an error wherever it stands.

    Raises:
        OutOfRange: a number has more than twelve digits before the point.
        WrongValue: a value is not of the type that the vocabulary declares.
    """
    found = _value(rule.tree, values)
    if found is None:
        return UNDETERMINED
    if rule.type is Type.INTEGER and isinstance(found, Decimal):
        return int(found)
    assert not isinstance(found, frozenset)
    return found


def missing_inputs(rule: Rule, *, values: Mapping[str, object]) -> tuple[str, ...]:
    """The missing inputs that make the rule undetermined, in the order of the alphabet.

    Empty where the rule is determined, and where it is undetermined by a division by zero alone.

    Raises:
        OutOfRange, WrongValue: as ``evaluate``.
    """
    return tuple(sorted(_blame(rule.tree, values)))


def _blame(node: Node, values: Mapping[str, object]) -> frozenset[str]:
    """Names below a node without value that are missing and count; nothing for one with value."""
    if _value(node, values) is not None:
        return frozenset()
    match node:
        case Name():
            return frozenset({node.name})
        case Case():
            for condition, value in node.branches:
                holds = _value(condition, values)
                if holds is None:
                    return _blame(condition, values)
                if holds:
                    return _blame(value, values)
            return _blame(node.otherwise, values)
    return frozenset().union(*(_blame(part, values) for part in children(node)))


def _value(node: Node, values: Mapping[str, object]) -> Value:
    match node:
        case Name():
            return _input(node, values.get(node.name))
        case Literal():
            return numbers.fit(node.value) if isinstance(node.value, Decimal) else node.value
        case IsMissing():
            return _value(node.item, values) is None
        case Logic():
            return _logic(node.operator, [_value(item, values) for item in node.items])
        case Between():
            # One bound that is not kept decides, even where the other is missing.
            item, low, high = (_value(part, values) for part in children(node))
            above = None if item is None or low is None else _compare(">=", item, low)
            below = None if item is None or high is None else _compare("<=", item, high)
            return _logic("and", [above, below])
        case Case():
            return _case(node, values)
        case Call(function="coalesce"):
            found = [_value(argument, values) for argument in node.arguments]
            return next((value for value in found if value is not None), None)
    # All others are undetermined as soon as one part is.
    parts = [_value(part, values) for part in children(node)]
    return None if None in parts else _strict(node, parts)


def _input(node: Name, value: object) -> Value:
    """A value as the vocabulary types it; NaN counts as missing."""
    match node.type, value:
        case _, None:
            return None
        case ((Type.INTEGER | Type.DECIMAL), Decimal()) if value.is_nan():
            return None
        case ((Type.INTEGER | Type.DECIMAL), (int() | Decimal())) if not isinstance(value, bool):
            number = numbers.fit(Decimal(value))
            if node.type is Type.DECIMAL or number == number.to_integral_value():
                return number
        case Type.BOOLEAN, bool():
            return value
        case ((Type.TEXT | Type.CHOICE), str()):
            return value
        case Type.DATE, date() if not isinstance(value, datetime):
            return value
        case Type.CHOICES, (list() | tuple() | set() | frozenset()):
            return frozenset(str(code) for code in value)
    raise WrongValue(f"The value of '{node.name}' is not of type {node.type}.")


def _logic(joined_by: Word["and", "or"], parts: Sequence[Value]) -> bool | None:
    """Kleene: one false decides an 'and', one true an 'or', whatever is missing beside it."""
    deciding = joined_by == "or"
    if deciding in parts:
        return deciding
    return None if None in parts else not deciding


def _case(node: Case, values: Mapping[str, object]) -> Value:
    conditions = [_value(condition, values) for condition, _ in node.branches]
    results = [_value(value, values) for _, value in node.branches]
    otherwise = _value(node.otherwise, values)
    for holds, result in zip(conditions, results, strict=True):
        if holds is None:
            return None
        if holds:
            return result
    return otherwise


def _strict(node: Node, parts: Sequence[Value]) -> Value:
    match node, parts:
        case Negative(), [Decimal() as item]:
            return numbers.subtract(Decimal(0), item)
        case Arithmetic(), [Decimal() as left, Decimal() as right]:
            return _ARITHMETIC[node.operator](left, right)
        case Comparison(), [left, right]:
            return _compare(node.relation, left, right)
        case Not(), [bool() as item]:
            return not item
        case Among(), [item, *options]:
            return item in options
        case Call(function=function), _:
            return _call(function, parts)
    raise AssertionError(node)


_ARITHMETIC = {
    "+": numbers.add,
    "-": numbers.subtract,
    "*": numbers.multiply,
    "/": numbers.divide,
}


def _compare(relation: str, left: Value, right: Value) -> bool:
    if relation in ("=", "<>"):
        return (left == right) == (relation == "=")
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _ORDER[relation](left, right)
    if isinstance(left, date) and isinstance(right, date):
        return _ORDER[relation](left, right)
    raise AssertionError(relation)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _places(rest: Sequence[Value]) -> int:
    return int(rest[0]) if rest and isinstance(rest[0], Decimal) else 0


def _call(function: str, parts: Sequence[Value]) -> Value:
    match function, parts:
        case "abs", [Decimal() as item]:
            return abs(item)
        case "floor", [Decimal() as item]:
            return numbers.floor(item)
        case "ceil", [Decimal() as item]:
            return numbers.ceil(item)
        case "round", [Decimal() as item, *places]:
            return numbers.round_half_up(item, _places(places))
        case "least", _:
            return min(part for part in parts if isinstance(part, Decimal))
        case "greatest", _:
            return max(part for part in parts if isinstance(part, Decimal))
        case "contains", [frozenset() as held, str() as code]:
            return code in held
        case "years_between", [date() as first, date() as last]:
            earlier = (last.month, last.day) < (first.month, first.day)
            return Decimal(last.year - first.year - earlier)
    raise AssertionError(function)
