"""Surveys made anew that wait: what each says otherwise than the register does now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.access.actor import Actor
from core.access.permissions import Permission
from core.access.scoping import within
from registry.intake import known
from registry.intake.renewing import Difference
from registry.models import Household, Submission


@dataclass(frozen=True, slots=True)
class Renewal:
    """A submission that waits beside the household that it tells of, and what accepting it would change.

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
    numbers = dict(rows.order_by("id").values_list("id", "renews_id"))
    if not numbers:
        return {}
    seen = Household.objects.filter(within(actor, Permission.REGISTRY_VIEW), pk__in=set(numbers.values()))
    here = known.known_of(seen.values_list("id", flat=True))
    told = [one for one in known.told_of(numbers) if one.submission.renews_id in here]
    return {
        one.submission.pk: Renewal(one.submission, there, known.compare(one, there), one.version)
        for one in told
        if (there := here[one.submission.renews_id or 0])
    }
