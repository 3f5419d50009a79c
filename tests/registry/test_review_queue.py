"""The review queue: who looks at what, what is accepted together, and who may not decide."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.jobs import runner
from core.models import AuditEntry
from registry.actions import accepting, interests, submissions
from registry.models import DeclaredInterest, DeclaredNumber, Household, Review, Submission
from registry.queries import reviews
from tests.fixtures.registry import TOLD_AT

LATER = TOLD_AT + timedelta(minutes=10)
REASON = "Looked at, and in order."


@pytest.fixture
def colleague(make_user, as_actor, district):
    """Another supervisor of the district."""
    return as_actor(make_user(Role.SUPERVISOR, district))


@pytest.fixture
def unusual(tell, payload):
    """``unusual(given, rooms="20")``: a household of one that waits because of its many rooms."""

    def make(given="Palesa", **more):
        told = deepcopy(payload)
        told["household"] |= {"rooms": "20", **more}
        told["members"] = [told["members"][0] | {"given_names": given, "national_id": ""}]
        sent = tell(told)
        assert sent.status == "in_review", [str(one) for one in sent.issues.all()]
        return sent

    return make


def accept(sent, actor, at=LATER):
    return submissions.accept(submission_id=sent.pk, actor=actor, at=at, reason=REASON)


# -- the queue's rows


def test_a_submission_stands_in_the_queue_exactly_while_it_waits(unusual, reviewer):
    sent = unusual()
    row = Review.objects.get()
    assert (row.pk, row.kinds, row.door, row.submitted_by_id) == (sent.pk, ["rooms_many"], "form", sent.submitted_by_id)
    accept(sent, reviewer)
    assert not Review.objects.exists()


def test_the_filter_narrows_by_kind_door_village_and_age(unusual, reviewer, village):
    old, new = unusual(), unusual("Lineo", cattle="200")
    with acting(actor=SYSTEM, at=TOLD_AT):
        Review.objects.filter(pk=old.pk).update(received_at=TOLD_AT - timedelta(days=9))

    def found(**wanted):
        rows = reviews.queue(actor=reviewer, wanted=reviews.Wanted(**wanted), at=TOLD_AT).rows
        return [row.review.pk for row in rows]

    assert found() == [old.pk, new.pk]
    assert found(kind="cattle_many") == [new.pk]
    assert found(days=7) == [old.pk]
    assert found(door="api") == []
    assert found(village=village.code) == found(village=village.name[1:]) == [old.pk, new.pk]


# -- taking one


def test_what_somebody_looks_at_is_not_decided_by_another(unusual, reviewer, colleague):
    sent = unusual()
    submissions.take(submission_id=sent.pk, actor=reviewer, at=TOLD_AT)
    for act in (submissions.accept, submissions.reject, submissions.return_to_sender):
        with pytest.raises(submissions.HeldByAnother, match="has been looking at this one since"):
            act(submission_id=sent.pk, actor=colleague, at=LATER, reason=REASON)
    with pytest.raises(submissions.HeldByAnother):
        submissions.take(submission_id=sent.pk, actor=colleague, at=LATER)
    assert accept(sent, reviewer).status == "accepted"


def test_the_database_refuses_it_as_well(unusual, reviewer, colleague):
    sent = unusual()
    submissions.take(submission_id=sent.pk, actor=reviewer, at=TOLD_AT)
    rejected = Submission.objects.filter(pk=sent.pk)
    with pytest.raises(IntegrityError, match="Somebody else is looking"), acting(actor=colleague, at=LATER):
        rejected.update(status="rejected", decided_by_id=colleague.user_id, decided_at=LATER)
    with pytest.raises(IntegrityError, match="Nobody signs for another"), acting(actor=colleague, at=LATER):
        Review.objects.update(held_by=sent.submitted_by_id)


def test_a_hold_ends_by_itself(unusual, reviewer, colleague):
    sent = unusual()
    submissions.take(submission_id=sent.pk, actor=reviewer, at=TOLD_AT)
    after = TOLD_AT + reviews.standard().hold
    assert accept(sent, colleague, at=after).status == "accepted"


def test_taking_again_keeps_it_longer_and_is_audited_once(unusual, reviewer):
    sent = unusual()
    submissions.take(submission_id=sent.pk, actor=reviewer, at=TOLD_AT)
    again = submissions.take(submission_id=sent.pk, actor=reviewer, at=LATER)
    assert (again.held_since, again.held_until) == (TOLD_AT, LATER + reviews.standard().hold)
    assert AuditEntry.objects.filter(action="submission.take").count() == 1


def test_it_may_be_taken_over_and_the_log_says_from_whom(unusual, reviewer, colleague):
    sent = unusual()
    submissions.take(submission_id=sent.pk, actor=reviewer, at=TOLD_AT)
    submissions.take(submission_id=sent.pk, actor=colleague, at=LATER, over=True)
    assert AuditEntry.objects.filter(action="submission.take").latest("id").details["from"] == reviewer.user_id
    with pytest.raises(submissions.HeldByAnother):
        accept(sent, reviewer)


def test_giving_back_lets_others_in_and_a_repeat_writes_nothing(unusual, reviewer, colleague):
    sent = unusual()
    submissions.take(submission_id=sent.pk, actor=reviewer, at=TOLD_AT)
    for _twice in range(2):
        submissions.release(submission_id=sent.pk, actor=reviewer, at=LATER)
    assert AuditEntry.objects.filter(action="submission.release").count() == 1
    assert accept(sent, colleague).status == "accepted"


def test_what_was_decided_cannot_be_taken(unusual, reviewer, colleague):
    sent = unusual()
    accept(sent, reviewer)
    with pytest.raises(submissions.NotInReview):
        submissions.take(submission_id=sent.pk, actor=colleague, at=LATER)


def test_nobody_takes_what_they_sent_or_what_lies_elsewhere(unusual, officer, make_user, as_actor, other_district):
    sent = unusual()
    for actor in (officer, as_actor(make_user(Role.SUPERVISOR, other_district)), SYSTEM):
        with pytest.raises((NotPermitted, submissions.OwnSubmission)):
            submissions.take(submission_id=sent.pk, actor=actor, at=LATER)


def test_the_next_is_the_oldest_that_nobody_looks_at(unusual, reviewer, colleague):
    first, second = unusual(), unusual("Lineo")
    wanted = reviews.Wanted()
    taken = [submissions.take_next(wanted=wanted, actor=one, at=LATER).pk for one in (reviewer, colleague)]
    assert taken == [first.pk, second.pk]
    assert submissions.take_next(wanted=wanted, actor=colleague, at=LATER).pk == second.pk
    submissions.release(submission_id=second.pk, actor=colleague, at=LATER)
    submissions.take(submission_id=second.pk, actor=reviewer, at=LATER)
    assert submissions.take_next(wanted=wanted, actor=colleague, at=LATER) is None


def test_a_take_waits_for_who_holds_the_row_and_then_sees_what_they_did(
    unusual, reviewer, second_connection, committed_db
):
    sent = unusual()
    second_connection.execute("SELECT FROM registry_submission WHERE id = %s FOR UPDATE", (sent.pk,))
    with pytest.raises(Exception, match="lock timeout"), acting(actor=reviewer, at=LATER):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
        submissions.take(submission_id=sent.pk, actor=reviewer, at=LATER)
    second_connection.rollback()


# -- accepting together


@pytest.fixture
def together(reviewer):
    """``together()``: the reviewer accepts what is in order, having seen the list."""

    def accept_all(actor=reviewer, at=LATER, **options):
        wanted = reviews.Wanted()
        seen = reviews.in_order(actor=actor, wanted=wanted, at=at).digest
        return accepting.accept_together(
            wanted=wanted, seen_digest=seen, reason=REASON, actor=actor, at=at, send=False, **options
        )

    return accept_all


def test_what_is_harmless_is_accepted_together_with_one_row_in_the_log(
    unusual, a_submission_in_review, together, reviewer
):
    sent = [unusual(name) for name in ("Lineo", "Neo", "Mpho")]
    other = unusual("Tumelo", refrigerator="yes")
    before = AuditEntry.objects.count()
    assert together().accepted == 3
    status = dict(Submission.objects.values_list("pk", "status"))
    assert [status[one.pk] for one in (*sent, other, a_submission_in_review)] == ["accepted"] * 3 + ["in_review"] * 2
    row = AuditEntry.objects.get(action="submission.accept_together")
    assert AuditEntry.objects.count() == before + 1
    assert (row.details["accepted"], bool(row.digest)) == (3, True)
    assert set(Submission.objects.filter(pk__in=[one.pk for one in sent]).values_list("decided_by_id", flat=True)) == {
        reviewer.user_id
    }


def test_many_are_accepted_by_a_job_and_who_is_decided_meanwhile_is_left(unusual, together, reviewer, monkeypatch):
    monkeypatch.setattr(accepting, "AT_ONCE", 0)
    monkeypatch.setattr(accepting, "_PART", 2)
    sent = [unusual(name) for name in ("Lineo", "Neo", "Mpho")]
    job = together().job
    submissions.reject(submission_id=sent[0].pk, actor=reviewer, at=LATER, reason=REASON)
    done = runner.run(job_id=job.pk, worker="test", clock=lambda: LATER)
    assert (done.error, done.counts["accepted"], done.counts["left"]) == ("", 2, 1)
    assert Household.objects.count() == 2


def test_a_list_that_changed_is_looked_at_again(unusual, reviewer):
    unusual()
    seen = reviews.in_order(actor=reviewer, wanted=reviews.Wanted(), at=LATER).digest
    unusual("Lineo")
    told = {"wanted": reviews.Wanted(), "actor": reviewer, "at": LATER}
    with pytest.raises(accepting.ListChanged):
        accepting.accept_together(seen_digest=seen, reason=REASON, **told)
    with pytest.raises(submissions.ReasonNeeded):
        accepting.accept_together(seen_digest=seen, reason=" ", **told)
    assert not Household.objects.exists()


def test_an_empty_list_and_who_may_not_review_are_refused(together, officer):
    with pytest.raises(accepting.NothingInOrder):
        together()
    with pytest.raises(NotPermitted):
        together(actor=officer)


def test_ones_own_people_and_what_others_look_at_are_not_in_order(unusual, reviewer, colleague, make_user, as_actor):
    held, sent = unusual(), unusual("Lineo")
    submissions.take(submission_id=held.pk, actor=colleague, at=TOLD_AT)
    found = reviews.in_order(actor=reviewer, wanted=reviews.Wanted(), at=LATER)
    assert found.ids == [sent.pk]


def test_nothing_is_accepted_together_when_the_audit_record_fails(unusual, together, broken_audit):
    unusual()
    with broken_audit(), pytest.raises(IntegrityError):
        together()
    assert (Review.objects.count(), Household.objects.count()) == (1, 0)


# -- one's own household


@pytest.fixture
def declared(officer, payload):
    """The officer declared the mother's number as a relative's."""
    number = payload["members"][0]["national_id"]
    return interests.declare_number(national_id=number, kind="relative", actor=officer, at=TOLD_AT)


def test_a_household_of_the_senders_relative_is_decided_by_another(declared, tell, payload, reviewer, officer):
    sent = tell(payload)
    assert sent.status == "in_review"
    assert list(sent.issues.values_list("code", "path")) == [("own_household", "persons/1/national_id")]
    accepted = accept(sent, reviewer)
    interest = DeclaredInterest.objects.get()
    assert (interest.user_id, interest.household_id, interest.kind) == (
        officer.user_id,
        accepted.household_id,
        "relative",
    )


@pytest.mark.parametrize("kind", ["own", "relative"])
def test_so_is_one_of_which_the_sender_says_so(kind, tell, payload, reviewer):
    payload["household"]["own_or_relative"] = kind
    sent = tell(payload)
    assert list(sent.issues.values_list("code", flat=True)) == ["own_household"]
    accept(sent, reviewer)
    assert DeclaredInterest.objects.get().kind == kind


def test_no_is_no_obstacle(tell, payload):
    payload["household"]["own_or_relative"] = "no"
    assert tell(payload).status == "accepted"


def test_who_lives_in_a_declared_household_is_seen_by_the_number(an_accepted_household, officer, tell, payload):
    household = an_accepted_household.household
    interests.declare(reference=household.reference, kind="own", actor=officer, at=TOLD_AT)
    again = deepcopy(payload)
    again["members"] = [again["members"][0] | {"given_names": "Another", "birth_date": "1988-05"}]
    assert "own_household" in tell(again).issues.values_list("code", flat=True)


def test_a_reviewer_does_not_decide_where_their_number_stands(unusual, tell, payload, reviewer):
    payload["household"]["rooms"] = "20"
    sent = tell(payload)
    number = payload["members"][0]["national_id"]
    interests.declare_number(national_id=f" {number[:4]} {number[4:]}", kind="own", actor=reviewer, at=TOLD_AT)
    with pytest.raises(submissions.DeclaredInterestInTheWay):
        accept(sent, reviewer)
    with pytest.raises(submissions.DeclaredInterestInTheWay):
        submissions.take(submission_id=sent.pk, actor=reviewer, at=LATER)
    assert reviews.in_order(actor=reviewer, wanted=reviews.Wanted(), at=LATER).ids == []
    with (
        pytest.raises(IntegrityError, match="declared an interest"),
        transaction.atomic(),
        acting(actor=reviewer, at=LATER),
    ):
        Submission.objects.filter(pk=sent.pk).update(
            status="rejected", decided_by_id=reviewer.user_id, decided_at=LATER
        )


def test_a_number_is_declared_once_and_for_good(declared, officer, payload):
    number = payload["members"][0]["national_id"]
    again = interests.declare_number(national_id=number, kind="relative", actor=officer, at=LATER)
    assert (again.pk, AuditEntry.objects.filter(action="interest.declare_number").count()) == (declared.pk, 1)
    with pytest.raises(interests.NotANumber):
        interests.declare_number(national_id="12", kind="own", actor=officer, at=LATER)
    with pytest.raises(NotPermitted):
        interests.declare_number(national_id=number, kind="own", actor=SYSTEM, at=LATER)
    with pytest.raises(Exception, match="never changed or removed"), acting(actor=officer, at=LATER):
        DeclaredNumber.objects.all().delete()


def test_the_harmless_never_hold_a_duplicate_or_an_own_household(settings, tmp_path):
    assert not reviews.standard().harmless & reviews.NEVER_HARMLESS
