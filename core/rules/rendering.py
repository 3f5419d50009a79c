"""Renders rules as SQL, from the tree, for the engines that can run them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.rules.errors import RuleError
from core.rules.postgres import Postgres
from core.rules.rule import Rule
from core.rules.vocabulary import Type

Dialect = Literal["postgres"]

_RENDERERS = {"postgres": Postgres}


@dataclass(frozen=True, slots=True)
class Condition:
    """Two boolean expressions, never null: whether the rule holds, and whether nobody can say."""

    outcome: str
    undetermined: str


def render(rule: Rule, *, dialect: Dialect, columns: Mapping[str, str]) -> str:
    """The rule as one SQL expression: null where it is undetermined.

    ``columns`` gives, for each of ``rule.names``, a fragment of SQL from a trusted caller: the
    only way an identifier gets into the text. Types: integer rules give bigint, decimal ones
    numeric(18,6). The text holds no % and no placeholder.

    Raises:
        RuleError: a name has no column, or the dialect is unknown.
    """
    return _renderer(dialect, columns).result(rule.tree, rule.type)


def render_missing(rule: Rule, *, dialect: Dialect, columns: Mapping[str, str]) -> str:
    """SQL of type text[]: what ``missing_inputs`` says, empty where the rule is determined.

    Raises:
        RuleError: as ``render``.
    """
    return _renderer(dialect, columns).missing(rule.tree)


def render_condition(rule: Rule, *, dialect: Dialect, columns: Mapping[str, str]) -> Condition:
    """The rule as a condition that fails closed: undetermined counts as not fulfilled.

    Raises:
        RuleError: the rule is not a condition, or as ``render``.
    """
    if rule.type is not Type.BOOLEAN:
        raise RuleError(f"A condition is true or false, and this rule gives {rule.type}.")
    sql = render(rule, dialect=dialect, columns=columns)
    return Condition(outcome=f"coalesce({sql}, false)", undetermined=f"({sql} is null)")


def _renderer(dialect: Dialect, columns: Mapping[str, str]) -> Postgres:
    if dialect not in _RENDERERS:
        raise RuleError(f"Rules cannot be rendered for '{dialect}'.")
    return _RENDERERS[dialect](columns=columns)
