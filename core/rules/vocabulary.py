"""The data dictionary as the rules language sees it: which names there are, and their types."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from core.rules.errors import RuleError

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")

KEYWORDS = frozenset(
    ["and", "or", "not", "in", "is", "null", "between", "case", "when", "then", "else", "end", "true", "false", "date"]
)

# Each function with the least and the greatest number of its arguments.
FUNCTIONS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "abs": (1, 1),
        "ceil": (1, 1),
        "coalesce": (2, 20),
        "contains": (2, 2),
        "floor": (1, 1),
        "greatest": (2, 20),
        "least": (2, 20),
        "round": (1, 2),
        "years_between": (2, 2),
    }
)


class Type(StrEnum):
    """Types of values. A choice is one code of a list, choices a set of such codes."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    BOOLEAN = "boolean"
    DATE = "date"

    @property
    def is_number(self) -> bool:
        return self in (Type.INTEGER, Type.DECIMAL)

    @property
    def is_text(self) -> bool:
        return self in (Type.TEXT, Type.CHOICE)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One name of the vocabulary.

    ``choices`` holds the codes that a choice or choices may take and is None for other types.
    ``label`` and ``choice_labels`` are what people are shown.
    """

    type: Type
    nullable: bool = True
    choices: frozenset[str] | None = None
    label: str = ""
    choice_labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.choices is not None) != (self.type in (Type.CHOICE, Type.CHOICES)):
            raise RuleError("A choice needs its list of choices, and other types have none.")


class Vocabulary(Mapping[str, Symbol]):
    """Names in lower case with their symbols; never changes once made.

    Raises:
        RuleError: a name is not lower-case ASCII, or is a word of the language itself.
    """

    def __init__(self, symbols: Mapping[str, Symbol]) -> None:
        for name in symbols:
            if not NAME.match(name):
                raise RuleError(
                    f"The name {name!r} must begin with a letter and hold only "
                    "a to z, 0 to 9 and _ (at most 63 characters)."
                )
            if name in KEYWORDS or name in FUNCTIONS:
                raise RuleError(f"The name '{name}' is a word of the rules language.")
        self._symbols = MappingProxyType(dict(symbols))

    def __getitem__(self, name: str) -> Symbol:
        return self._symbols[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._symbols)

    def __len__(self) -> int:
        return len(self._symbols)
