"""Renders a tree as SQL of PostgreSQL 15 to 18. Every piece of text is made here or by the caller.

Where PostgreSQL's own meaning differs from the language's, the rendering bridges it:

- arithmetic happens in numeric(18,6): no overflow of small integers, no whole-number division,
  an error instead of a wrapped number;
- a 'case' with an undetermined condition is undetermined, it does not fall to the next branch;
- least and greatest do not skip what is missing;
- texts are compared byte by byte, whatever collation their column has;
- a NaN counts as missing (PostgreSQL holds it greater than every number).

No operand appears twice, so the text grows with the rule and not with two to its depth.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from core.rules import canonical
from core.rules.errors import RuleError
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
from core.rules.numbers import PLACES, PRECISION
from core.rules.vocabulary import Type

_NUMBER = f"numeric({PRECISION},{PLACES})"
# The dividend carries 30 decimals, so the quotient does: rounding it twice is harmless.
_DIVIDEND = f"numeric({PRECISION + 30 - PLACES},30)"
_NO_NAMES = "cast('{}' as text[])"
_SQL_TYPES = {
    Type.INTEGER: _NUMBER,
    Type.DECIMAL: _NUMBER,
    Type.TEXT: "text",
    Type.CHOICE: "text",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
}


class Postgres:
    """Renders trees over the columns chosen by the caller.

    ``columns`` gives for each name a fragment of SQL that is trusted and never looked at:
    of an integer or numeric type for numbers, text for texts and choices, text[] for several
    choices, boolean and date for those.
    """

    def __init__(self, *, columns: Mapping[str, str]) -> None:
        self._columns = columns

    def result(self, node: Node, type_: Type) -> str:
        """The value in the type that callers expect: bigint, numeric, text, boolean or date."""
        sql = self.value(node)
        return f"cast({sql} as bigint)" if type_ is Type.INTEGER else sql

    def missing(self, node: Node) -> str:
        """text[]: the names that make the node undetermined, each once, in byte order."""
        found = self._blame(node)
        return (
            f'(case when {self.value(node)} is null then array(select distinct name collate "C"'
            f" from unnest({found}) as missing(name) order by 1) else {_NO_NAMES} end)"
        )

    def value(self, node: Node) -> str:
        match node:
            case Name():
                return self._name(node)
            case Literal():
                return _literal(node)
            case Negative():
                return f"(- {self.value(node.item)})"
            case Arithmetic():
                return self._arithmetic(node)
            case Comparison():
                return f"({self.value(node.left)} {node.relation} {self.value(node.right)})"
            case Not():
                return f"(not {self.value(node.item)})"
            case Logic():
                return "(" + f" {node.operator} ".join(map(self.value, node.items)) + ")"
            case Among():
                return f"({self.value(node.item)} in ({self._list(node.options)}))"
            case Between():
                low, high = self.value(node.low), self.value(node.high)
                return f"({self.value(node.item)} between {low} and {high})"
            case IsMissing():
                return f"({self.value(node.item)} is null)"
            case Case():
                branches = [(self.value(c), self.value(v)) for c, v in node.branches]
                return _case(branches, self.value(node.otherwise))
            case Call():
                return self._call(node)

    def _list(self, nodes: Iterable[Node]) -> str:
        return ", ".join(map(self.value, nodes))

    def _column(self, name: str) -> str:
        try:
            return self._columns[name]
        except KeyError:
            raise RuleError(f"No column is known for '{name}'.") from None

    def _name(self, node: Name) -> str:
        column = self._column(node.name)
        if node.type.is_number:
            return f"nullif(cast(({column}) as {_NUMBER}), 'NaN')"
        if node.type.is_text:
            return f'(cast(({column}) as text) collate "C")'
        if node.type is Type.CHOICES:
            return f'(cast(({column}) as text[]) collate "C")'
        return f"({column})"

    def _arithmetic(self, node: Arithmetic) -> str:
        left, right = self.value(node.left), self.value(node.right)
        if node.operator == "/":
            return f"cast(cast({left} as {_DIVIDEND}) / nullif({right}, 0) as {_NUMBER})"
        return f"cast({left} {node.operator} {right} as {_NUMBER})"

    def _call(self, node: Call) -> str:
        items = [self.value(argument) for argument in node.arguments]
        match node.function:
            case "floor" | "ceil":
                return f"cast({node.function}({items[0]}) as {_NUMBER})"
            case "round":
                places = canonical.text(node.arguments[1]) if len(items) == 2 else "0"
                return f"cast(round({items[0]}, {places}) as {_NUMBER})"
            case "greatest":
                return _greatest(items)
            case "least":
                return f"(- {_greatest([f'- {item}' for item in items])})"
            case "contains":
                return f"({items[0]} @> array[{items[1]}])"
            case "years_between":
                # Days as numbers such as 20260131: their difference, in ten thousands, is years.
                first, last = (f"cast(to_char({item}, 'YYYYMMDD') as numeric)" for item in items)
                return f"floor(({last} - {first}) / 10000)"
            case _:
                return f"{node.function}({', '.join(items)})"

    def _blame(self, node: Node) -> str:
        """text[]: as ``missing``, but maybe with repeats; empty where the node has a value."""
        match node:
            case Literal() | IsMissing():
                return _NO_NAMES
            case Name():
                word = f"cast(array[{canonical.quoted(node.name)}] as text[])"
                return f"(case when {self._name(node)} is null then {word} else {_NO_NAMES} end)"
            case Case():
                branches = [(c, self.value(c), self._blame(v)) for c, v in node.branches]
                sql = self._blame(node.otherwise)
                for condition, holds, blame in reversed(branches):
                    sql = (
                        f"(case {holds} when true then {blame} when false then {sql} else {self._blame(condition)} end)"
                    )
                return sql
        below = {self._blame(part): None for part in children(node)}
        below.pop(_NO_NAMES, None)
        found = "(" + " || ".join(below) + ")" if below else _NO_NAMES
        coalesces = isinstance(node, Call) and node.function == "coalesce"
        if isinstance(node, Logic | Between) or coalesces:
            # These have a value although a part has none; all others stand or fall together.
            return f"(case when {self.value(node)} is null then {found} else {_NO_NAMES} end)"
        return found


def _case(branches: list[tuple[str, str]], otherwise: str) -> str:
    """Neither true nor false matches no branch, and what matches no branch is null."""
    sql = otherwise
    for condition, value in reversed(branches):
        sql = f"(case {condition} when true then {value} when false then {sql} end)"
    return sql


def _greatest(items: list[str]) -> str:
    """Arrays that hold a null sort after all others, so that a null is not skipped."""
    return f"(greatest({', '.join(f'array[{item}]' for item in items)}))[1]"


def _literal(node: Literal) -> str:
    match node.value:
        case None:
            return f"cast(null as {_SQL_TYPES[node.type]})"
        case bool():
            return "true" if node.value else "false"
        case Decimal():
            return f"cast({canonical.number(node.value)} as {_NUMBER})"
        case date():
            return f"cast('{node.value.isoformat()}' as date)"
        case str():
            return f"cast({canonical.quoted(node.value)} as text)"
