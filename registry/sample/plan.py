"""What the whole sample is made from, and what each of its slots holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from registry.sample.draws import slot
from registry.sample.world import World


@dataclass(frozen=True, slots=True)
class Plan:
    """What the whole sample is made from."""

    world: World
    households: int
    seed: int
    on: date
    errors: int = 0


def number(index: int) -> str:
    """Return the file's key of household ``index``."""
    return f"H{index + 1:07d}"


class Kind(StrEnum):
    """What slot ``index`` of the sample holds, decided by its own number alone."""

    DUPLICATE = "duplicate"
    POLYGYNOUS = "polygynous"
    SECOND = "second"
    SPOILT = "spoilt"
    ORDINARY = "ordinary"


def kind_of(plan: Plan, index: int) -> Kind:
    """Tell what household ``index`` is: a second wife's follows a polygynous one."""
    kind = _own_kind(plan, index)
    after_polygynous = index > 0 and _own_kind(plan, index - 1) == Kind.POLYGYNOUS
    return Kind.SECOND if kind == Kind.ORDINARY and after_polygynous else kind


def spoilt(plan: Plan) -> range:
    """Return the slots given to spoilt households: evenly spread over the file."""
    if not plan.errors:
        return range(0)
    step = max(1, plan.households // plan.errors)
    return range(step // 2, min(plan.households, step // 2 + step * plan.errors), step)


def _own_kind(plan: Plan, index: int) -> Kind:
    if plan.errors and index in spoilt(plan):
        return Kind.SPOILT
    chance = slot(plan.seed, index)[0]
    duplicates = plan.world.share("duplicates")
    if chance < duplicates and index > 0:
        return Kind.DUPLICATE
    if duplicates <= chance < duplicates + plan.world.share("polygynous"):
        return Kind.POLYGYNOUS
    return Kind.ORDINARY
