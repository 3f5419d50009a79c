"""Criteria taken apart, so that each can be said to hold or not. Pure: no Django."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.rules import Rule, Type, Vocabulary, parse
from core.rules.nodes import Logic

# What a person's age part may name besides parameters: enough to set aside those whom no other fact could bring in.
_AGE = frozenset({"age"})


@dataclass(frozen=True, slots=True)
class Criteria:
    """A programme's condition and its parts: all must hold, each is reported by its number from 1."""

    rule: Rule
    parts: tuple[Rule, ...]

    def about_age(self, parameters: Iterable[str]) -> tuple[Rule, ...]:
        """The parts that age alone decides: where one is false, nothing else about the person matters."""
        known = _AGE | frozenset(parameters)
        return tuple(part for part in self.parts if "age" in part.names and part.names <= known)


def read(source: str, *, vocabulary: Vocabulary) -> Criteria:
    """Raises: RuleError: the source is refused or is no condition."""
    rule = parse(source, vocabulary=vocabulary, expects=Type.BOOLEAN)
    tree = rule.tree
    if isinstance(tree, Logic) and tree.operator == "and":
        return Criteria(rule, tuple(Rule(item, Type.BOOLEAN) for item in tree.items))
    return Criteria(rule, (rule,))
