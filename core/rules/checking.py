"""The types of the language: each function here builds one node or says why it may not be built."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal as Word

from core.rules.errors import RuleError
from core.rules.lexing import nearest
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
    Operator,
    Relation,
    choices,
    names,
    walk,
)
from core.rules.numbers import PLACES
from core.rules.vocabulary import FUNCTIONS, Type, Vocabulary

_KINDS = {
    Type.INTEGER: "a number",
    Type.DECIMAL: "a number",
    Type.TEXT: "a text",
    Type.CHOICE: "a text",
    Type.CHOICES: "a list of choices",
    Type.BOOLEAN: "a condition (true or false)",
    Type.DATE: "a date",
}


def day(arguments: Sequence[Node]) -> Node:
    """``date '2026-01-31'``.

    Raises:
        RuleError: the text is not a day of the calendar written year-month-day.
    """
    match arguments:
        case [Literal(value=str() as text)] if len(text) == len("2026-01-31"):
            try:
                return Literal(date.fromisoformat(text), Type.DATE)
            except ValueError:
                pass
    raise RuleError("A date is written date '2026-01-31' (year, month, day).")


def arithmetic(operator: Operator, left: Node, right: Node) -> Node:
    for side in (left, right):
        _require_number(side, f"'{operator}'")
    if operator == "/" and isinstance(right, Literal) and right.value == 0:
        raise RuleError("A division by zero is never determined.")
    return Arithmetic(operator, left, right)


def negative(item: Node) -> Node:
    _require_number(item, "'-'")
    match item:
        case Literal(value=Decimal() as value):
            return Literal(Decimal(0) - value, item.type)
    return Negative(item)


def negation(item: Node) -> Node:
    _require_condition(item, "'not'")
    return Not(item)


def logic(operator: Word["and", "or"], items: Sequence[Node]) -> Node:
    flat: list[Node] = []
    for item in items:
        _require_condition(item, f"'{operator}'")
        flat += item.items if isinstance(item, Logic) and item.operator == operator else (item,)
    return Logic(operator, tuple(flat))


def comparison(relation: Relation, left: Node, right: Node) -> Node:
    _require_comparable(left, right)
    if relation not in ("=", "<>") and not (left.type.is_number or left.type is Type.DATE):
        raise RuleError(f"'{relation}' compares numbers or dates; {_KINDS[left.type]} can only be = or <>.")
    _require_sense(left, right)
    return Comparison(relation, left, right)


def among(item: Node, options: Sequence[Node]) -> Node:
    if not options:
        raise RuleError("The list after 'in' is empty.")
    fixed: list[Literal] = []
    for option in options:
        if not isinstance(option, Literal):
            raise RuleError("The list after 'in' holds fixed values only.")
        _require_comparable(item, option)
        fixed.append(option)
    if item.type is Type.BOOLEAN:
        raise RuleError("A condition needs no 'in'; use it as it is.")
    _require_sense(item, fixed[0])
    return Among(item, tuple(fixed))


def between(item: Node, low: Node, high: Node) -> Node:
    for bound in (low, high):
        _require_comparable(item, bound)
        _require_sense(item, bound)
    if not (item.type.is_number or item.type is Type.DATE):
        raise RuleError(f"'between' compares numbers or dates, not {_KINDS[item.type]}.")
    if any(isinstance(part, Between) for part in walk(item)):
        # PostgreSQL computes the value twice, so each level would double the work.
        raise RuleError("The value before 'between' cannot hold another 'between'.")
    match low, high:
        case Literal(value=first), Literal(value=last) if first > last:  # type: ignore[operator]
            raise RuleError("Nothing lies in this range: its first value is above its last.")
    return Between(item, low, high)


def missing(item: Node, vocabulary: Vocabulary) -> Node:
    match item:
        case Name(name=name) if not vocabulary[name].nullable:
            raise RuleError(f"'{name}' is always known, so this asks nothing.")
    if not names(item):
        raise RuleError("A fixed value is never missing.")
    return IsMissing(item)


def case(branches: Sequence[tuple[Node, Node | None]], otherwise: Node | None) -> Node:
    values = [value for _, value in branches] + [otherwise]
    known = [value for value in values if value is not None]
    if not known:
        raise RuleError("Every branch of this 'case' is null.")
    type_ = _common(known, "The branches of a 'case'")
    for condition, _ in branches:
        _require_condition(condition, "'when'")
    filled = [Literal(None, type_) if value is None else value for value in values]
    pairs = zip((condition for condition, _ in branches), filled, strict=False)
    return Case(tuple(pairs), filled[-1], type_)


def call(function: str, arguments: Sequence[Node]) -> Node:
    least, greatest = FUNCTIONS[function]
    if not least <= len(arguments) <= greatest:
        wanted = str(least) if least == greatest else f"{least} to {greatest}"
        raise RuleError(f"'{function}' takes {wanted} values, not {len(arguments)}.")
    return Call(function, tuple(arguments), _type_of_call(function, arguments))


def _type_of_call(function: str, arguments: Sequence[Node]) -> Type:
    match function:
        case "coalesce":
            return _common(arguments, "The values in 'coalesce'")
        case "contains":
            _check_contains(*arguments)
            return Type.BOOLEAN
        case "years_between":
            if any(argument.type is not Type.DATE for argument in arguments):
                raise RuleError("'years_between' takes two dates: from, to.")
            return Type.INTEGER
    for argument in arguments:
        _require_number(argument, f"'{function}'")
    if function in ("floor", "ceil"):
        return Type.INTEGER
    if function == "round":
        return _type_of_round(*arguments)
    return _common(arguments, f"The values in '{function}'")


def _type_of_round(item: Node, places: Node | None = None) -> Type:
    match places:
        case None:
            return Type.INTEGER
        case Literal(type=Type.INTEGER, value=value) if 0 <= value <= PLACES:  # type: ignore[operator]
            return Type.INTEGER if value == 0 else Type.DECIMAL
    raise RuleError(f"'round' takes a fixed number of decimals, 0 to {PLACES}.")


def _check_contains(item: Node, code: Node) -> None:
    if not isinstance(item, Name) or item.type is not Type.CHOICES:
        raise RuleError("'contains' asks a variable that holds several choices.")
    if not isinstance(code, Literal) or not isinstance(code.value, str):
        raise RuleError("'contains' asks for one fixed choice, such as 'radio'.")
    if item.choices is not None and code.value not in item.choices:
        raise _not_a_choice(code.value, item.choices)


def _require_number(item: Node, where: str) -> None:
    if not item.type.is_number:
        raise RuleError(f"{where} needs numbers, and this is {_KINDS[item.type]}.")


def _require_condition(item: Node, where: str) -> None:
    if item.type is not Type.BOOLEAN:
        raise RuleError(f"{where} needs a condition, and this is {_KINDS[item.type]}.")
    if not names(item):
        raise RuleError(f"{where} has a fixed condition, so it depends on nothing.")


def _require_comparable(left: Node, right: Node) -> None:
    if Type.CHOICES in (left.type, right.type):
        raise RuleError("A list of choices is asked by contains(variable, 'choice').")
    if _KINDS[left.type] != _KINDS[right.type]:
        raise RuleError(f"{_KINDS[left.type].capitalize()} cannot be compared with {_KINDS[right.type]}.")
    possible, wanted = choices(left), choices(right)
    if possible is not None and wanted is not None and not possible & wanted:
        if isinstance(left, Literal):
            possible, wanted = wanted, possible
        raise _not_a_choice(min(wanted, default=""), possible)


def _require_sense(left: Node, right: Node) -> None:
    """A comparison that holds for everybody, or for nobody, is a mistake in the rule."""
    if not names(left) and not names(right):
        raise RuleError("Two fixed values are compared, so this depends on nothing.")
    if left == right:
        raise RuleError("This compares something with itself.")


def _not_a_choice(code: str, possible: frozenset[str]) -> RuleError:
    return RuleError(f"'{code}' is not among the choices.", suggestion=nearest(code, possible))


def _common(items: Sequence[Node], what: str) -> Type:
    """The one type of several values; integer widens to decimal, choice to text."""
    types = {item.type for item in items}
    if len(types) == 1:
        return types.pop()
    if all(type_.is_number for type_ in types):
        return Type.DECIMAL
    if all(type_.is_text for type_ in types):
        return Type.TEXT
    found = " and ".join(sorted({_KINDS[type_] for type_ in types}))
    raise RuleError(f"{what} are of different kinds: {found}.")
