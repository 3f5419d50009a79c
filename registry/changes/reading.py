"""Readers of what only the register can tell: a village by its code, another household by its reference. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.changes.state import State, Village
from registry.intake.cells import Unreadable


@dataclass(frozen=True, slots=True)
class VillageCode:
    """Reads the code of a village that the state holds."""

    villages: Mapping[str, Village]

    def __call__(self, text: str) -> Village:
        try:
            return self.villages[text]
        except KeyError:
            raise Unreadable("unknown_area", "No village has this code.") from None


@dataclass(frozen=True, slots=True)
class HouseholdReference:
    """Reads the reference of another household that the state holds."""

    state: State

    def __call__(self, text: str) -> int:
        other = self.state.other
        if other is None:
            raise Unreadable("unknown_household", "No household has this reference: check it for typing errors.")
        if other.household["id"] == self.state.household["id"]:
            raise Unreadable("same_household", "This is the same household.")
        return int(other.household["id"])
