"""The tree of a rule: small typed values, checked when they were built, never changed after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal as Word

from core.rules.vocabulary import Type

Operator = Word["+", "-", "*", "/"]
Relation = Word["=", "<>", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Literal:
    """A fixed value. Numbers are Decimal whatever their type; None is an undetermined branch."""

    value: Decimal | str | bool | date | None
    type: Type


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    type: Type
    choices: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Negative:
    item: "Node"

    @property
    def type(self) -> Type:
        return self.item.type


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: Operator
    left: "Node"
    right: "Node"

    @property
    def type(self) -> Type:
        if self.operator == "/" or Type.DECIMAL in (self.left.type, self.right.type):
            return Type.DECIMAL
        return Type.INTEGER


@dataclass(frozen=True, slots=True)
class Comparison:
    relation: Relation
    left: "Node"
    right: "Node"
    type: Word[Type.BOOLEAN] = Type.BOOLEAN


@dataclass(frozen=True, slots=True)
class Not:
    item: "Node"
    type: Word[Type.BOOLEAN] = Type.BOOLEAN


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` or ``or`` of two or more conditions, flat: no item is of the same operator."""

    operator: Word["and", "or"]
    items: tuple["Node", ...]
    type: Word[Type.BOOLEAN] = Type.BOOLEAN


@dataclass(frozen=True, slots=True)
class Among:
    item: "Node"
    options: tuple[Literal, ...]
    type: Word[Type.BOOLEAN] = Type.BOOLEAN


@dataclass(frozen=True, slots=True)
class Between:
    item: "Node"
    low: "Node"
    high: "Node"
    type: Word[Type.BOOLEAN] = Type.BOOLEAN


@dataclass(frozen=True, slots=True)
class IsMissing:
    item: "Node"
    type: Word[Type.BOOLEAN] = Type.BOOLEAN


@dataclass(frozen=True, slots=True)
class Case:
    """The value of the first branch whose condition holds, provided all before it are known."""

    branches: tuple[tuple["Node", "Node"], ...]
    otherwise: "Node"
    type: Type


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple["Node", ...]
    type: Type


Node = Literal | Name | Negative | Arithmetic | Comparison | Not | Logic | Among | Between | IsMissing | Case | Call


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order of the text."""
    match node:
        case Literal() | Name():
            return ()
        case Negative() | Not() | IsMissing():
            return (node.item,)
        case Arithmetic() | Comparison():
            return (node.left, node.right)
        case Logic():
            return node.items
        case Among():
            return (node.item, *node.options)
        case Between():
            return (node.item, node.low, node.high)
        case Case():
            return (*(part for branch in node.branches for part in branch), node.otherwise)
        case Call():
            return node.arguments


def walk(node: Node) -> Iterator[Node]:
    """This node and all below it; without recursion, so that it can measure any depth."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def names(node: Node) -> frozenset[str]:
    return frozenset(part.name for part in walk(node) if isinstance(part, Name))


def choices(node: Node) -> frozenset[str] | None:
    """The codes that a text can be, or None where it can be any text."""
    match node:
        case Name():
            return node.choices
        case Literal(value=str() as code):
            return frozenset({code})
        case Literal(value=None):
            return frozenset()
        case Case():
            parts = [value for _, value in node.branches] + [node.otherwise]
        case Call(function="coalesce"):
            parts = list(node.arguments)
        case _:
            return None
    found: frozenset[str] = frozenset()
    for part in parts:
        codes = choices(part)
        if codes is None:
            return None
        found |= codes
    return found
