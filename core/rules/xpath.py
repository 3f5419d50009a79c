"""Renders conditions as XPath 1.0 with the functions of ODK forms, for relevance asked offline.

XPath knows true and false only, and a blank answer is the empty text. So a rule becomes two expressions: whether it
certainly ``holds`` and whether it certainly ``fails``; where it is undetermined, neither is true. What cannot be said
so that it always agrees with ``evaluate`` is refused with a sentence: the server decides it later.

Source: ODK XForms specification, XPath functions; XPath 1.0, sections 3.4 (comparisons) and 3.7 (texts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.rules import canonical
from core.rules.errors import RuleError
from core.rules.nodes import (
    Among,
    Arithmetic,
    Between,
    Call,
    Comparison,
    IsMissing,
    Literal,
    Logic,
    Name,
    Negative,
    Node,
    Not,
)
from core.rules.rule import Rule
from core.rules.vocabulary import Type


class NotSayable(RuleError):
    """This rule cannot be said in XPath so that it always means the same."""


@dataclass(frozen=True, slots=True)
class XPathCondition:
    """Two XPath expressions: the rule certainly holds, the rule certainly fails."""

    holds: str
    fails: str


def render_xpath(rule: Rule, *, references: Mapping[str, str]) -> XPathCondition:
    """The condition over ``references`` (each name's path: ``${age}``). Yes and no are the texts 'yes' and 'no'.

    Raises:
        NotSayable: it uses a name without reference, a case, a division, rounding or ages between dates.
    """
    if rule.type is not Type.BOOLEAN:
        raise NotSayable(f"A condition is true or false, and this rule gives {rule.type}.")
    speaker = _Speaker(references)
    return XPathCondition(speaker.holds(rule.tree), speaker.fails(rule.tree))


_OPPOSITE = {"=": "!=", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class _Speaker:
    def __init__(self, references: Mapping[str, str]) -> None:
        self._references = references

    def holds(self, node: Node) -> str:
        return self._truth(node, True)

    def fails(self, node: Node) -> str:
        return self._truth(node, False)

    def _truth(self, node: Node, wanted: bool) -> str:
        """XPath of: ``node`` is certainly ``wanted``."""
        match node:
            case Not():
                return self._truth(node.item, not wanted)
            case Logic():
                parts = [self._truth(item, wanted) for item in node.items]
                joined = f" {'and' if (node.operator == 'and') == wanted else 'or'} ".join(parts)
                return f"({joined})"
            case Literal(value=bool()):
                return "true()" if node.value is wanted else "false()"
            case Literal(value=None):
                return "false()"
            case Name():
                return f"{self._path(node)} = '{'yes' if wanted else 'no'}'"
            case IsMissing():
                return self._missing(node.item, wanted)
            case Comparison():
                return self._comparison(node, wanted)
            case Between():
                return self._between(node, wanted)
            case Among():
                return self._among(node, wanted)
            case Call(function="contains"):
                return self._contains(node, wanted)
        raise NotSayable("XPath has no words for a part of this rule.")

    def _missing(self, item: Node, wanted: bool) -> str:
        if not isinstance(item, Name):
            raise NotSayable("Whether a calculation is missing is decided on the server.")
        return f"{self._path(item)} {'=' if wanted else '!='} ''"

    def _comparison(self, node: Comparison, wanted: bool) -> str:
        left, right = node.left, node.right
        if left.type is Type.BOOLEAN:
            same = wanted if node.relation == "=" else not wanted
            yes = f"({self.holds(left)} and {self._truth(right, same)})"
            no = f"({self.fails(left)} and {self._truth(right, not same)})"
            return f"({yes} or {no})"
        operator = node.relation.replace("<>", "!=") if wanted else _OPPOSITE[node.relation]
        return self._all(self._known(left, right), f"{self._value(left)} {operator} {self._value(right)}")

    def _between(self, node: Between, wanted: bool) -> str:
        item, low, high = self._value(node.item), self._value(node.low), self._value(node.high)
        if wanted:
            return self._all(self._known(node.item, node.low, node.high), f"{item} >= {low} and {item} <= {high}")
        under = self._all(self._known(node.item, node.low), f"{item} < {low}")
        over = self._all(self._known(node.item, node.high), f"{item} > {high}")
        return f"({under} or {over})"

    def _among(self, node: Among, wanted: bool) -> str:
        item = self._value(node.item)
        sign, joined = ("=", " or ") if wanted else ("!=", " and ")
        options = joined.join(f"{item} {sign} {self._value(option)}" for option in node.options)
        return self._all(self._known(node.item), f"({options})")

    def _contains(self, node: Call, wanted: bool) -> str:
        item, option = node.arguments
        if not isinstance(item, Name):
            raise NotSayable("Only an answer can be asked whether it includes a choice.")
        said = f"selected({self._path(item)}, {self._value(option)})"
        return self._all(self._known(item), said if wanted else f"not({said})")

    def _known(self, *nodes: Node) -> list[str]:
        """What must not be blank for the nodes to have values."""
        found: list[str] = []
        for node in nodes:
            match node:
                case Name():
                    found.append(f"{self._path(node)} != ''")
                case Literal(value=None):
                    found.append("false()")
                case Literal():
                    pass
                case Negative():
                    found += self._known(node.item)
                case Arithmetic():
                    found += self._known(node.left, node.right)
                case _:
                    raise NotSayable("XPath has no words for a part of this rule.")
        return list(dict.fromkeys(found))

    def _all(self, known: list[str], said: str) -> str:
        return f"({' and '.join([*known, said])})"

    def _value(self, node: Node) -> str:
        match node:
            case Name():
                path = self._path(node)
                if node.type is Type.DATE:
                    return f"date({path})"
                return f"number({path})" if node.type.is_number else f"string({path})"
            case Literal():
                return self._literal(node)
            case Negative():
                return f"(- {self._value(node.item)})"
            case Arithmetic(operator="+" | "-"):
                return f"({self._value(node.left)} {node.operator} {self._value(node.right)})"
            case Arithmetic():
                raise NotSayable("Products and quotients are rounded, so they are computed on the server.")
        raise NotSayable("XPath has no words for a part of this rule.")

    def _literal(self, node: Literal) -> str:
        match node.value:
            case Decimal():
                return canonical.number(node.value)
            case date():
                return f"date('{node.value.isoformat()}')"
            case str():
                if "'" in node.value and '"' in node.value:
                    raise NotSayable("XPath cannot write a text that holds both kinds of quotation marks.")
                return f'"{node.value}"' if "'" in node.value else f"'{node.value}'"
        raise NotSayable("XPath has no words for a part of this rule.")

    def _path(self, node: Name) -> str:
        if node.name not in self._references:
            raise NotSayable(f"A form cannot know '{node.name}'.")
        return self._references[node.name]
