"""Whatever a partner's system would be shown of a household, a change of it raises the household's version."""

from __future__ import annotations

import pytest

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from registry.actions import identity
from registry.api import showing
from registry.models import Household, IdentityClaim, Person
from registry.queries import feed
from tests.fixtures.people import AT
from tests.registry.walks import Walk


def _shown() -> dict[int, tuple[int, str]]:
    """Version and content of every household, as the API tells them; the version apart."""
    rows = list(Household.objects.select_related("area", "district", "questionnaire").order_by("id"))
    parts = feed.parts(of=rows)
    told = {row.pk: showing.household(row, parts, full=True) for row in rows}
    return {pk: (one.pop("version"), showing.tag(one)) for pk, one in told.items()}


@pytest.mark.parametrize("seed", range(4))
def test_what_is_shown_of_a_household_never_changes_without_its_version(
    seed, an_accepted_household, tell, other_payload, make_user, as_actor, village, other_village
):
    tell(other_payload)
    walk = Walk(
        seed=seed,
        asks=as_actor(make_user(Role.DISTRICT_OFFICER)),
        decides=as_actor(make_user(Role.SUPERVISOR)),
        villages=[village, other_village],
    )
    silent = []
    before = _shown()
    for _ in range(60):
        if not walk.step():
            continue
        after = _shown()
        silent += [
            (walk.taken[-1], pk)
            for pk, (version, content) in before.items()
            if after[pk][1] != content and after[pk][0] <= version
        ]
        before = after
    assert silent == []
    assert len(set(walk.taken)) > 5  # a walk that goes nowhere proves nothing


def test_a_claim_that_is_upheld_raises_the_version_of_both_households(
    an_accepted_household, tell, other_payload, reviewer
):
    holder, claimant = an_accepted_household.household, tell(other_payload).household
    taken = Person.objects.get(memberships__household=holder, national_id__isnull=False)
    child = Person.objects.get(memberships__household=claimant, national_id__isnull=True)
    with acting(actor=SYSTEM, at=AT):
        claim = IdentityClaim.objects.create(
            claimant=child, holder=taken, national_id=taken.national_id, district_id=child.district_id, opened_at=AT
        )
    identity.settle_claim(claim_id=claim.pk, uphold=True, reason="Seen the card.", actor=reviewer, at=AT)
    for household in (holder, claimant):
        before = household.row_version
        household.refresh_from_db()
        assert household.row_version == before + 1
