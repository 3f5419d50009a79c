"""The form door, reviews and disputed numbers."""

from copy import deepcopy
from uuid import uuid4

import pytest
from django.db import IntegrityError

from core.access.actor import NotPermitted
from core.access.roles import Role
from core.acting import acting
from registry.actions import identity, submissions
from registry.intake import surroundings
from registry.models import DeclaredInterest, Household, IdentityClaim, Person, Submission
from tests.fixtures.registry import TOLD_AT


def test_a_clean_household_is_accepted_at_once(an_accepted_household):
    household = an_accepted_household.household
    assert household.memberships.count() == 2
    child = Person.objects.get(given_names="Thabo")
    assert child.national_id is None
    assert child.interim_number.startswith("TMP")
    assert child.memberships.get().caregiver.given_names == "Palesa"


def test_the_same_sent_twice_is_one(officer, payload):
    uuid = uuid4()
    first = submissions.receive(uuid=uuid, door="form", payload=payload, actor=officer, at=TOLD_AT)
    again = submissions.receive(uuid=uuid, door="form", payload=payload, actor=officer, at=TOLD_AT)
    assert (again.pk, Household.objects.count()) == (first.pk, 1)


def test_a_village_of_another_district_is_refused(tell, payload, other_village):
    payload["household"]["area_code"] = other_village.code
    assert "area_not_yours" in tell(payload).issues.values_list("code", flat=True)


def test_a_reviewer_may_not_register(reviewer, payload):
    with pytest.raises(NotPermitted):
        submissions.receive(uuid=uuid4(), door="form", payload=payload, actor=reviewer, at=TOLD_AT)


def test_a_draft_in_which_something_is_found_stays_a_draft(officer, payload):
    uuid = uuid4()
    payload["household"]["rooms"] = "99"
    submissions.save_draft(uuid=uuid, payload=payload, actor=officer, at=TOLD_AT)
    issues = submissions.submit_if_clean(uuid=uuid, actor=officer, at=TOLD_AT)
    assert [issue.path for issue in issues] == ["household/rooms"]
    draft = Submission.objects.get()
    assert (draft.status, draft.payload, draft.members.count(), draft.issues.count()) == ("draft", payload, 0, 0)


def test_a_clean_draft_is_sent_once(officer, payload):
    uuid = uuid4()
    submissions.save_draft(uuid=uuid, payload=payload, actor=officer, at=TOLD_AT)
    found = [submissions.submit_if_clean(uuid=uuid, actor=officer, at=TOLD_AT) for _click in range(2)]
    assert (found, Household.objects.count()) == ([[], []], 1)


def test_nothing_is_sent_when_the_audit_record_fails(officer, payload, broken_audit):
    uuid = uuid4()
    with acting(actor=officer, at=TOLD_AT):
        Submission.objects.create(
            uuid=uuid, door="form", status="draft", payload=payload, received_at=TOLD_AT,
            questionnaire=surroundings.published(), submitted_by_id=officer.user_id,
        )  # fmt: skip
    with broken_audit(), pytest.raises(IntegrityError):
        submissions.submit_if_clean(uuid=uuid, actor=officer, at=TOLD_AT)
    assert (Submission.objects.get().status, Household.objects.count()) == ("draft", 0)


def test_a_draft_is_kept_changed_and_submitted_once(officer, payload):
    uuid = uuid4()
    submissions.save_draft(uuid=uuid, payload={"household": {}}, actor=officer, at=TOLD_AT)
    submissions.save_draft(uuid=uuid, payload=payload, actor=officer, at=TOLD_AT)
    submitted = submissions.submit_draft(uuid=uuid, actor=officer, at=TOLD_AT)
    again = submissions.submit_draft(uuid=uuid, actor=officer, at=TOLD_AT)
    assert submitted.status == "accepted"
    assert (again.pk, Household.objects.count()) == (submitted.pk, 1)
    with pytest.raises(submissions.NotADraft):
        submissions.save_draft(uuid=uuid, payload={}, actor=officer, at=TOLD_AT)


def test_a_discarded_draft_is_emptied_and_cannot_be_submitted(officer, payload):
    uuid = uuid4()
    submissions.save_draft(uuid=uuid, payload=payload, actor=officer, at=TOLD_AT)
    assert submissions.discard(uuid=uuid, actor=officer, at=TOLD_AT).payload == {}
    with pytest.raises(submissions.NotADraft):
        submissions.submit_draft(uuid=uuid, actor=officer, at=TOLD_AT)


def test_same_names_and_exact_date_wait_for_review_with_evidence_that_holds_no_value(a_submission_in_review):
    candidate = a_submission_in_review.candidates.get()
    assert a_submission_in_review.status == "in_review"
    assert candidate.person.given_names == "Palesa"
    assert set(candidate.evidence) == {"agree", "district_id"}


def test_estimated_dates_never_match(tell, payload):
    payload["members"][0]["birth_date_precision"] = "estimated"
    tell(deepcopy(payload))
    payload["members"] = [payload["members"][0] | {"national_id": ""}]
    payload["members"][0]["birth_date"] = "1988-05-14"
    again = tell(payload)
    assert not again.candidates.exists()


def test_a_reviewer_accepts_as_new_only_when_saying_so(a_submission_in_review, reviewer):
    values = {"submission_id": a_submission_in_review.pk, "actor": reviewer, "at": TOLD_AT, "reason": "Visited both"}
    with pytest.raises(submissions.DuplicatesUndecided):
        submissions.accept(**values)
    accepted = submissions.accept(**values, as_new=True)
    again = submissions.accept(**values, as_new=True)
    assert accepted.status == again.status == "accepted"
    assert Household.objects.count() == 2
    with pytest.raises(submissions.NotInReview):
        submissions.reject(**values)


@pytest.mark.parametrize("decide", [submissions.reject, submissions.return_to_sender])
def test_turning_a_submission_away_enters_nothing(decide, a_submission_in_review, reviewer):
    values = {"submission_id": a_submission_in_review.pk, "actor": reviewer, "at": TOLD_AT}
    with pytest.raises(submissions.ReasonNeeded):
        decide(**values, reason=" ")
    assert decide(**values, reason="The same woman").status in ("rejected", "returned")
    assert Household.objects.count() == 1


def test_a_reviewer_of_another_district_may_not_decide(a_submission_in_review, make_user, as_actor, other_district):
    stranger = as_actor(make_user(Role.SUPERVISOR, other_district))
    with pytest.raises(NotPermitted):
        submissions.reject(submission_id=a_submission_in_review.pk, actor=stranger, at=TOLD_AT, reason="No")


def test_who_submitted_does_not_decide(a_submission_in_review, district_officer, make_user, as_actor, district):
    from core.access.actor import SYSTEM
    from core.actions import appointments

    appointments.propose(
        user_id=district_officer.pk, role=Role.SUPERVISOR, scope_id=appointments.scope_for(area_id=district.pk).pk,
        starts_on=TOLD_AT.date().replace(year=2020), actor=SYSTEM, at=TOLD_AT,
    )  # fmt: skip
    both = as_actor(district_officer)
    with pytest.raises(submissions.OwnSubmission):
        submissions.accept(submission_id=a_submission_in_review.pk, actor=both, at=TOLD_AT, reason="Mine", as_new=True)


def test_a_declared_interest_stands_in_the_way(a_submission_in_review, an_accepted_household, reviewer):
    with acting(actor=reviewer, at=TOLD_AT):
        DeclaredInterest.objects.create(
            user_id=reviewer.user_id, household=an_accepted_household.household, kind="relative", declared_at=TOLD_AT
        )
    with pytest.raises(submissions.DeclaredInterestInTheWay):
        submissions.reject(submission_id=a_submission_in_review.pk, actor=reviewer, at=TOLD_AT, reason="No")


@pytest.fixture
def claim(an_accepted_household, tell, other_payload):
    """Lineo gives the number that Palesa holds; her household enters all the same."""
    other_payload["members"][0]["national_id"] = "0088051400001"
    assert tell(other_payload).status == "accepted"
    return IdentityClaim.objects.get()


def test_two_claims_on_one_number_keep_nobody_out(claim):
    assert claim.holder.given_names == "Palesa"
    assert claim.claimant.national_id is None
    assert claim.claimant.interim_number


def test_an_upheld_claim_moves_the_number_and_both_keep_their_aliases(claim, reviewer):
    values = {"claim_id": claim.pk, "uphold": True, "reason": "Card seen", "actor": reviewer, "at": TOLD_AT}
    identity.settle_claim(**values)
    identity.settle_claim(**values)
    holder, claimant = (Person.objects.get(pk=pk) for pk in (claim.holder_id, claim.claimant_id))
    assert claimant.national_id == "0088051400001"
    assert claimant.interim_number
    assert holder.national_id is None
    assert holder.interim_number
    assert holder.identifiers.get().number == "0088051400001"
    with pytest.raises(identity.AlreadySettled):
        identity.settle_claim(**values | {"uphold": False})


def test_a_dismissed_claim_moves_nothing(claim, reviewer):
    identity.settle_claim(claim_id=claim.pk, uphold=False, reason="Misread", actor=reviewer, at=TOLD_AT)
    assert Person.objects.get(national_id="0088051400001").pk == claim.holder_id


@pytest.mark.parametrize("door", ["receive", "accept", "settle"])
def test_nothing_changes_when_the_audit_record_fails(door, request, monkeypatch, officer, reviewer, payload):
    prepared = {"accept": "a_submission_in_review", "settle": "claim"}.get(door)
    row = request.getfixturevalue(prepared) if prepared else None
    before = Household.objects.count(), sorted(Person.objects.values_list("id", "national_id"))

    def fails(*_, **__):
        raise IntegrityError("no audit, no act")

    monkeypatch.setattr("core.audit.record", fails)
    acts = {
        "receive": lambda: submissions.receive(uuid=uuid4(), door="form", payload=payload, actor=officer, at=TOLD_AT),
        "accept": lambda: submissions.accept(
            submission_id=row.pk, actor=reviewer, at=TOLD_AT, reason="Other", as_new=True
        ),
        "settle": lambda: identity.settle_claim(
            claim_id=row.pk, uphold=True, reason="Card", actor=reviewer, at=TOLD_AT
        ),
    }
    with pytest.raises(IntegrityError, match="no audit"):
        acts[door]()

    assert (Household.objects.count(), sorted(Person.objects.values_list("id", "national_id"))) == before
