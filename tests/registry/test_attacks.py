"""What a clerk tries who means harm: own people by every kind of change, review of what one sent oneself."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.acting import acting
from core.actions import appointments
from registry.actions import changes, interests, submissions
from registry.actions.reviews import DeclaredInterestInTheWay
from registry.changes import KINDS
from registry.models import ChangeRequest, Household, PaymentAccount, Submission
from registry.queries import reviews

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "They came together and told us."


@pytest.fixture
def home(an_accepted_household) -> Household:
    return an_accepted_household.household


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nobody_asks_for_any_change_of_ones_own_people(kind, home, officer):
    interests.declare(reference=home.reference, kind="relative", actor=officer, at=AT)
    member = home.memberships.get(is_reference=False).person.reference if KINDS[kind].about_person else ""
    with pytest.raises(DeclaredInterestInTheWay):
        changes.request(
            uuid=uuid4(), kind=kind, household_id=home.pk, person_reference=member, texts={}, seen_versions=None,
            reason=WHY, actor=officer, at=AT,
        )  # fmt: skip
    assert not ChangeRequest.objects.exists()


def test_nor_brings_ones_own_people_in_as_the_second_household(home, tell, other_payload, officer):
    other = tell(other_payload).household
    interests.declare(reference=home.reference, kind="relative", actor=officer, at=AT)
    relations = {f"relationship_{row.person.reference}": "sibling" for row in other.memberships.all()}
    with pytest.raises(DeclaredInterestInTheWay):
        changes.request(
            uuid=uuid4(), kind="merge", household_id=other.pk, texts={"other_household": home.reference, **relations},
            seen_versions=None, reason=WHY, actor=officer, at=AT,
        )  # fmt: skip


def test_a_merge_never_takes_the_account_of_the_household_that_disappears_along(
    home, tell, other_payload, officer, reviewer
):
    other_payload["household"] |= {
        "account_kind": "mobile", "account_provider": "mpesa", "account_number": "62001234567"
    }  # fmt: skip
    thief = tell(other_payload).household
    before = PaymentAccount.objects.get(household=home, until_on=None)
    relations = {f"relationship_{row.person.reference}": "sibling" for row in thief.memberships.all()}
    asked = changes.request(
        uuid=uuid4(), kind="merge", household_id=thief.pk, texts={"other_household": home.reference, **relations},
        seen_versions=None, reason=WHY, actor=officer, at=AT,
    )  # fmt: skip
    assert asked.status == "requested"
    changes.accept(change_id=asked.pk, reason="Visited both.", actor=reviewer, at=AT)
    assert PaymentAccount.objects.get(household=home, until_on=None) == before
    assert not PaymentAccount.objects.filter(household=thief, until_on=None).exists()


def test_the_database_lets_no_account_lead_elsewhere_nor_disappear(home):
    for told in ({"number": "62001234567"}, {"kind": "mobile"}, {"provider": "mpesa"}):
        with pytest.raises(IntegrityError, match="never changes"), acting(actor=SYSTEM, at=AT):
            PaymentAccount.objects.filter(household=home).update(**told)
    with pytest.raises(Exception, match="delete"), acting(actor=SYSTEM, at=AT):
        PaymentAccount.objects.filter(household=home).delete()


@pytest.fixture
def both(make_user, as_actor, district):
    """Somebody who is an officer and a supervisor of the same place."""
    user = make_user(Role.DISTRICT_OFFICER, district)
    appointments.propose(
        user_id=user.pk, role=Role.SUPERVISOR, scope_id=appointments.scope_for(area_id=district.pk).pk,
        starts_on=AT.date(), actor=SYSTEM, at=AT,
    )  # fmt: skip
    return as_actor(user)


def test_nobody_reviews_what_a_colleague_sent_again_for_them(
    home, both, make_user, as_actor, payload, write_files, bring_in
):
    colleague = as_actor(make_user(Role.DISTRICT_OFFICER))  # of the whole country, who may correct everybody's rows
    again = deepcopy(payload)
    again["members"] = [again["members"][0] | {"national_id": ""}]
    mine = Submission.objects.get(batch=bring_in(*write_files(again), actor=both, at=AT))
    assert mine.status == "in_review"
    assert bring_in(*write_files(again), actor=colleague, at=AT) == mine.batch  # the same bytes are still theirs
    with pytest.raises(submissions.OwnSubmission):
        submissions.accept(submission_id=mine.pk, actor=both, at=AT, reason=WHY, as_new=True)
    corrected = deepcopy(again)
    corrected["household"] |= {"corrects": str(mine.uuid), "rooms": "3"}
    colleagues = Submission.objects.get(batch=bring_in(*write_files(corrected), actor=colleague, at=AT))
    assert (colleagues.status, colleagues.corrects_id) == ("in_review", mine.pk)

    with pytest.raises(submissions.OwnSubmission):
        submissions.accept(submission_id=colleagues.pk, actor=both, at=AT, reason=WHY, as_new=True)
    with pytest.raises(submissions.OwnSubmission):
        submissions.take(submission_id=colleagues.pk, actor=both, at=AT)
    assert not reviews.decidable(actor=both, at=AT).filter(pk=colleagues.pk).exists()
