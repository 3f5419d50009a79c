"""The country's parameters of reporting: age groups, the smallest count that is passed on, populations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from core.pack import PackError, about, read_csv, read_yaml


@dataclass(frozen=True, slots=True)
class AgeGroups:
    """Groups of ages in full years, by the first year of each; the last is open."""

    starts: tuple[int, ...]

    @property
    def codes(self) -> list[str]:
        """``0-4``, ``5-17`` ... ``70+``."""
        pairs = zip(self.starts, self.starts[1:], strict=False)
        return [*(f"{first}-{following - 1}" for first, following in pairs), f"{self.starts[-1]}+"]


@lru_cache(maxsize=1)
def _content() -> dict[str, Any]:
    return dict(read_yaml(settings.COUNTRY_PACK_DIR, "reporting.yaml"))


def age_groups() -> AgeGroups:
    """Raises: PackError: the groups do not begin at 0 or do not rise."""
    starts = tuple(int(start) for start in _content()["age_groups"]["starts"])
    if starts[0] != 0 or list(starts) != sorted(set(starts)):
        raise PackError("The age groups of reporting.yaml must begin at 0 and rise.")
    return AgeGroups(starts)


def small_cell_threshold() -> int:
    """The smallest count of people that a file to pass on may show, besides 0."""
    return int(_content()["small_cells"]["threshold"])


@lru_cache(maxsize=1)
def populations() -> dict[str, int]:
    """Inhabitants by the code of the place, where the pack knows them."""
    column = str(_content()["population"]["column"])
    rows = read_csv(settings.COUNTRY_PACK_DIR, about()["places"]["file"])
    return {row["code"]: int(row[column]) for row in rows if row.get(column)}


def population_label() -> dict[str, str]:
    """What the populations are, by language: "census 2016"."""
    return dict(_content()["population"]["label"])
