"""A scoring formula in whole numbers: exact, and the same in Python and in SQL. Pure: no Django.

Floating sums differ between plans, so every term is a whole ``1/scale`` before it is summed, and the score a whole
``10 ** -decimals`` points, rounded half away from zero once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from core.rules import UNDETERMINED, Rule, RuleError, Type, Vocabulary, evaluate, parse


@dataclass(frozen=True, slots=True)
class Term:
    """``coefficient`` (whole ``1/scale``) where ``rule`` holds, or times the number that it gives."""

    code: str
    label: str
    rule: Rule
    coefficient: int

    def contribution(self, values: Mapping[str, object]) -> int | None:
        """Whole ``1/scale``; None where the rule is undetermined."""
        found = evaluate(self.rule, values=values)
        if found is UNDETERMINED:
            return None
        if isinstance(found, bool):
            return self.coefficient if found else 0
        assert isinstance(found, int | Decimal)
        return int((self.coefficient * Decimal(found)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class FormulaSpec:
    """``score = (intercept + terms - subtract) * numerator / denominator``, held within ``minimum`` and ``maximum``.

    All whole numbers: ``intercept``, ``subtract`` and contributions in ``1/scale``; the score and its bounds in
    ``10 ** -decimals`` points.
    """

    scale: int
    intercept: int
    terms: tuple[Term, ...]
    subtract: int
    numerator: int
    denominator: int
    decimals: int
    minimum: int | None
    maximum: int | None

    def contributions(self, values: Mapping[str, object]) -> list[int | None]:
        return [term.contribution(values) for term in self.terms]

    def score(self, contributions: Sequence[int | None]) -> int | None:
        """The score of a household; None as soon as one term is undetermined."""
        if any(part is None for part in contributions):
            return None
        above = self.intercept + sum(part or 0 for part in contributions) - self.subtract
        size = (2 * abs(above) * self.numerator + self.denominator) // (2 * self.denominator)
        found = size if above >= 0 else -size
        if self.minimum is not None:
            found = max(found, self.minimum)
        return found if self.maximum is None else min(found, self.maximum)

    def points(self, score: int) -> Decimal:
        """A stored score as people read it."""
        return Decimal(score).scaleb(-self.decimals)

    @property
    def names(self) -> frozenset[str]:
        """The variables that it reads."""
        return frozenset[str]().union(*(term.rule.names for term in self.terms))


def read(content: Mapping[str, Any], *, variables: Vocabulary) -> FormulaSpec:
    """The formula that a version's content describes (see ``eligibility.models.Formula``).

    Raises:
        RuleError: a term is refused.
    """
    rescale = content["rescale"]
    decimals, scale = int(rescale["decimals"]), int(content["scale"])
    ratio = Fraction(rescale["multiply"]) * 10**decimals / (Fraction(rescale["divide"]) * scale)
    if ratio <= 0:
        raise RuleError("The formula must multiply and divide by numbers above zero.")
    bounds = content.get("range") or {}
    return FormulaSpec(
        scale=scale,
        intercept=int(content["intercept"]),
        terms=tuple(_term(raw, variables) for raw in content["terms"]),
        subtract=int(rescale["subtract"]),
        numerator=ratio.numerator,
        denominator=ratio.denominator,
        decimals=decimals,
        minimum=_bound(bounds.get("min"), decimals),
        maximum=_bound(bounds.get("max"), decimals),
    )


def _term(raw: Mapping[str, Any], variables: Vocabulary) -> Term:
    if ("when" in raw) == ("value" in raw):
        raise RuleError(f"The term {raw['code']!r} needs either 'when' or 'value'.")
    condition = "when" in raw
    rule = parse(
        raw["when"] if condition else raw["value"],
        vocabulary=variables,
        expects=Type.BOOLEAN if condition else Type.DECIMAL,
    )
    return Term(raw["code"], raw.get("label", {}).get("en", raw["code"]), rule, int(raw["coefficient"]))


def _bound(value: object, decimals: int) -> int | None:
    return None if value is None else int(Decimal(str(value)).scaleb(decimals))


def whole(value: object, *, scale: int) -> int:
    """A coefficient as a whole number of ``1/scale``.

    Raises:
        RuleError: it has more digits than the scale keeps.
    """
    scaled = Decimal(str(value)) * scale
    if scaled != scaled.to_integral_value():
        raise RuleError(f"{value} is not a whole number of 1/{scale}.")
    return int(scaled)
