"""What submissions carry at all, so that statements which could find nothing are left out. Pure: no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.intake.reading import Told


@dataclass(frozen=True, slots=True)
class Carried:
    """What submissions carry at all: a statement that could find nothing is left out.

    ``fresh`` is how many members there are, if each of them is a new person and numbered.
    """

    fresh: int | None = None
    other_names: bool = True
    identifiers: bool = True
    account: bool = True
    nominee: bool = True
    paper_form: bool = True


ANYTHING = Carried()


def of(told: Told, fresh: Sequence[bool]) -> Carried:
    """What one household carries, as it was read."""
    return Carried(
        fresh=len(fresh) if all(fresh) else None,
        other_names=any(one.get("birth_surname") or one.get("known_as") for one in told.members),
        identifiers=any(one.get("other_id_number") for one in told.members),
        account=bool(told.household.get("account_kind")),
        nominee=bool(told.household.get("nominee")),
        paper_form=bool(told.household.get("paper_form")),
    )
