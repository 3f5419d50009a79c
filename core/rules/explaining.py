"""Says a rule in plain words, for the person it is applied to and the officer who must answer."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from core.rules import canonical
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
from core.rules.vocabulary import Type, Vocabulary

# Another language is another such table; labels of names come with the vocabulary.
ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "=": "{0} is {1}",
        "<>": "{0} is not {1}",
        "<": "{0} is less than {1}",
        "<=": "{0} is at most {1}",
        ">": "{0} is more than {1}",
        ">=": "{0} is at least {1}",
        "date <": "{0} is before {1}",
        "date <=": "{0} is on or before {1}",
        "date >": "{0} is after {1}",
        "date >=": "{0} is on or after {1}",
        "+": "{0} plus {1}",
        "-": "{0} minus {1}",
        "*": "{0} times {1}",
        "/": "{0} divided by {1}",
        "negative": "minus {0}",
        "and": "{0} and {1}",
        "or": "{0} or {1}",
        "not": "not {0}",
        "holds": "{0}: yes",
        "not holds": "{0}: no",
        "in": "{0} is one of: {1}",
        "not in": "{0} is none of: {1}",
        "between": "{0} is from {1} to {2}",
        "not between": "{0} is not from {1} to {2}",
        "missing": "{0} is missing",
        "not missing": "{0} is known",
        "branch": "{0} if {1}",
        "next": "{0}; otherwise {1}",
        "abs": "{0} without its sign",
        "ceil": "{0} rounded up",
        "floor": "{0} rounded down",
        "round": "{0} rounded",
        "round to": "{0} rounded to {1} decimals",
        "coalesce": "{0}, or where that is missing {1}",
        "contains": "{0} includes {1}",
        "not contains": "{0} does not include {1}",
        "greatest": "the greatest of: {0}",
        "least": "the least of: {0}",
        "years_between": "full years from {0} to {1}",
        "list": "{0}, {1}",
        "true": "yes",
        "false": "no",
        "null": "not determined",
        "text": "'{0}'",
        "brackets": "({0})",
    }
)


def explain(rule: Rule, *, vocabulary: Vocabulary, words: Mapping[str, str] = ENGLISH) -> str:
    """The rule in words: one sentence without its full stop.

    Names appear under their labels, choices under theirs; what has no label under its code.
    """
    return _Speaker(vocabulary=vocabulary, words=words).say(rule.tree)


class _Speaker:
    def __init__(self, *, vocabulary: Vocabulary, words: Mapping[str, str]) -> None:
        self._vocabulary = vocabulary
        self._words = words

    def say(self, node: Node) -> str:
        match node:
            case Name():
                label = self._label(node)
                return self._put("holds", label) if node.type is Type.BOOLEAN else label
            case Literal():
                return self._literal(node, {})
            case Negative():
                return self._put("negative", self._part(node.item))
            case Arithmetic():
                return self._put(node.operator, self._part(node.left), self._part(node.right))
            case Comparison():
                return self._comparison(node)
            case Logic():
                return self._join(node.operator, [self._part(item) for item in node.items])
            case Not():
                return self._not(node.item)
            case Among() | Between() | IsMissing():
                return self._predicate(node, "")
            case Case():
                branches = [
                    self._put("branch", self.say(value), self.say(condition)) for condition, value in node.branches
                ]
                return self._join("next", [*branches, self.say(node.otherwise)])
            case Call():
                return self._call(node, "")

    def _put(self, word: str, *parts: str) -> str:
        return self._words[word].format(*parts)

    def _join(self, word: str, parts: Sequence[str]) -> str:
        said = parts[0]
        for part in parts[1:]:
            said = self._put(word, said, part)
        return said

    def _part(self, node: Node) -> str:
        """As ``say``, in brackets where the words around it could be read into it."""
        said, inner = self.say(node), node.item if isinstance(node, Not) else node
        whole = isinstance(inner, Name | Literal | Comparison | Among | IsMissing | Negative)
        if isinstance(inner, Call) and inner.type is Type.BOOLEAN:
            whole = inner.function == "contains"
        return said if whole else self._put("brackets", said)

    def _side(self, node: Node) -> str:
        """One side of a comparison: sums and functions need no brackets there."""
        if isinstance(node, Name):
            return self._label(node)
        plain = isinstance(node, Arithmetic | Call) and node.type is not Type.BOOLEAN
        return self.say(node) if plain else self._part(node)

    def _comparison(self, node: Comparison) -> str:
        dates = node.left.type is Type.DATE and node.relation not in ("=", "<>")
        left, right = self._sides(node)
        return self._put(f"date {node.relation}" if dates else node.relation, left, right)

    def _sides(self, node: Node) -> list[str]:
        """The parts of a node, choices among them under the labels that its names give them."""
        say = self._part if isinstance(node, Call) else self._side
        labels: dict[str, str] = {}
        for part in children(node):
            if isinstance(part, Name) and part.name in self._vocabulary:
                labels |= self._vocabulary[part.name].choice_labels
        return [self._literal(part, labels) if isinstance(part, Literal) else say(part) for part in children(node)]

    def _not(self, item: Node) -> str:
        match item:
            case Name():
                return self._put("not holds", self._label(item))
            case Among() | Between() | IsMissing():
                return self._predicate(item, "not ")
            case Call(function="contains"):
                return self._call(item, "not ")
        return self._put("not", self._put("brackets", self.say(item)))

    def _predicate(self, node: Among | Between | IsMissing, no: str) -> str:
        item, *others = self._sides(node)
        match node:
            case IsMissing():
                return self._put(f"{no}missing", item)
            case Among():
                return self._put(f"{no}in", item, self._join("list", others))
            case Between():
                return self._put(f"{no}between", item, *others)

    def _call(self, node: Call, no: str) -> str:
        parts = self._sides(node)
        match node.function:
            case "least" | "greatest":
                return self._put(node.function, self._join("list", parts))
            case "coalesce":
                return self._join("coalesce", parts)
            case "round" if len(parts) == 2:
                return self._put("round to", *parts)
        return self._put(no + node.function, *parts)

    def _label(self, node: Name) -> str:
        symbol = self._vocabulary.get(node.name)
        return symbol.label if symbol is not None and symbol.label else node.name

    def _literal(self, node: Literal, labels: Mapping[str, str]) -> str:
        match node.value:
            case None:
                return self._words["null"]
            case bool():
                return self._words["true" if node.value else "false"]
            case Decimal():
                return canonical.number(node.value)
            case date():
                return node.value.isoformat()
            case str():
                return labels.get(node.value) or self._put("text", node.value)
