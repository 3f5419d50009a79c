"""Surveys made anew that wait or were tried: what each says otherwise than the register does now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.intake import known
from registry.intake.renewing import Difference
from registry.models import Household, Submission, TrialUpdate


@dataclass(frozen=True, slots=True)
class Renewal:
    """A submission beside the household that it tells of, and what accepting it would change.

    ``version`` is the one that its list was written from (empty: none was named).
    """

    submission: Submission
    household: known.Known
    differs: Difference
    version: str


def waiting(*, actor: Actor, ids: Sequence[int]) -> dict[int, Renewal]:
    """Of these submissions those that wait and tell of a household that the actor may see, by number.

    The number of statements does not depend on how many they are.
    """
    rows = Submission.objects.filter(pk__in=list(ids), renews__isnull=False, status=Submission.Status.IN_REVIEW)
    numbers = list(rows.order_by("id").values_list("id", flat=True))
    return _beside(known.told_of(numbers), actor=actor) if numbers else {}


def tried(*, actor: Actor, trials: Sequence[TrialUpdate]) -> dict[int, Renewal]:
    """What was told in trials beside the register as it is now, by their numbers; of households that the actor sees.

    The number of statements does not depend on how many they are.
    """
    found = _beside(known.told_in_trials(trials), actor=actor) if trials else {}
    return {one.pk: found[one.told["id"]] for one in trials if one.told["id"] in found}


def _beside(told: Sequence[known.Told], *, actor: Actor) -> dict[int, Renewal]:
    seen = Household.objects.filter(
        within(actor, Permission.REGISTRY_VIEW), pk__in={one.submission.renews_id for one in told}
    )
    here = known.known_of(seen.values_list("id", flat=True))
    return {
        one.submission.pk: Renewal(one.submission, there, known.compare(one, there), one.version)
        for one in told
        if (there := here.get(one.submission.renews_id or 0))
    }
