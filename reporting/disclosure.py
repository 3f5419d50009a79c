"""Which cells a file that is passed on must hide, so that it tells nothing about a few people. Pure: no database.

See docs/decisions/0007-figures.md for the rule, and for what it does not protect.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Withheld:
    """In the place of a value that is not passed on."""


WITHHELD = Withheld()


@dataclass(frozen=True, slots=True)
class Hidden(Generic[Key]):
    """The cells of one column to hide, and whether its total goes with them."""

    cells: frozenset[Key]
    total: bool = False


def hidden(cells: Mapping[Key, int], *, threshold: int) -> Hidden[Key]:
    """Decide for one column of counts that add up to a total which is shown elsewhere too.

    Counts from 1 to ``threshold - 1`` are small. A small total is hidden with every cell. Otherwise the small cells
    are hidden, and with them the next larger ones that are not 0, until the total no longer tells: of ``k`` hidden
    cells, each at least 1, that make ``sum`` together, any one may be anything from 1 to ``sum - (k - 1)``, and that
    range must reach the threshold. Where the column has too little to hide behind, all its cells are hidden, also the
    zeros.

    Source: Hundepool et al., Statistical Disclosure Control (2012), chapter 4: primary and secondary suppression.
    """
    total = sum(cells.values())
    if 0 < total < threshold:
        return Hidden(frozenset(cells), total=True)
    small = {key for key, value in cells.items() if 0 < value < threshold}
    if not small:
        return Hidden(frozenset())
    chosen: list[Key] = []
    together = 0
    for key, value in sorted(cells.items(), key=lambda cell: (cell[1], str(cell[0]))):
        if value == 0:
            continue
        safe = len(chosen) >= 2 and together - (len(chosen) - 1) >= threshold
        if key not in small and safe:
            break
        chosen.append(key)
        together += value
    if len(chosen) < 2 or together - (len(chosen) - 1) < threshold:
        return Hidden(frozenset(cells))
    return Hidden(frozenset(chosen))
