"""Two interviews of one household compared, fact by fact. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from registry.fieldwork.terms import Compared


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether the two agree about ``code``; of numbers, the second less the first. ``member`` 0 is the household."""

    code: str
    agrees: bool
    deviation: Decimal | None = None
    member: int = 0


def compare(
    first: Mapping[str, Any], second: Mapping[str, Any], *, compared: Sequence[Compared]
) -> tuple[Comparison, ...]:
    """One comparison for each fact that at least one of the two interviews knows.

    A fact that one of them knows and the other does not disagrees. Texts agree whatever their case and blanks, several
    choices in any order, numbers within the tolerance.
    """
    found = []
    for one in compared:
        before, after = _value(first.get(one.code)), _value(second.get(one.code))
        if before is None and after is None:
            continue
        if isinstance(before, Decimal) and isinstance(after, Decimal):
            deviation = after - before
            found.append(Comparison(one.code, abs(deviation) <= one.tolerance, deviation))
        else:
            found.append(Comparison(one.code, before == after))
    return tuple(found)


def _value(raw: Any) -> Any:
    """A value so that equal ones agree; ``None`` where nothing was said."""
    if raw is None or raw == "" or raw == []:
        return None
    if isinstance(raw, bool):
        return "yes" if raw else "no"  # Python's False would equal the number 0
    if isinstance(raw, int | float | Decimal):
        return Decimal(str(raw))
    if isinstance(raw, list | tuple):
        return frozenset(raw)
    return " ".join(str(raw).split()).casefold()


def beyond(*, asked: int, agreed: int, agree_percent: Decimal, not_so: int) -> bool:
    """Whether a supervisor has to look: too little agrees, nothing could be compared, or a household denies it all.

    ``not_so`` counts households that were not found, or that say that nobody interviewed them.
    """
    return not_so > 0 or asked == 0 or Decimal(agreed * 100) < agree_percent * asked
