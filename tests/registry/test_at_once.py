"""Two people act on the same thing at the same moment: one effect, and the second is told."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from core.access.roles import Role
from core.models import Job
from registry.actions import changes, imports, submissions
from registry.models import ChangeRequest, Household, ImportBatch, Submission
from tests.racing import one_after_the_other

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "Spoke with the family."
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def other_reviewer(committed_db, make_user, as_actor, district):
    return as_actor(make_user(Role.SUPERVISOR, district))


def test_of_two_supervisors_who_decide_a_submission_the_second_finds_it_decided(
    a_submission_in_review, reviewer, other_reviewer
):
    number = a_submission_in_review.pk
    told = one_after_the_other(
        lambda: submissions.accept(submission_id=number, actor=reviewer, at=AT, reason=WHY, as_new=True),
        lambda: submissions.reject(submission_id=number, actor=other_reviewer, at=AT, reason=WHY),
    )
    assert isinstance(told, submissions.NotInReview)
    kept = Submission.objects.get(pk=number)
    assert (kept.status, kept.decided_by_id) == ("accepted", reviewer.user_id)


def test_of_two_changes_in_conflict_decided_at_once_one_is_carried_out(
    an_accepted_household, officer, reviewer, other_reviewer
):
    home = an_accepted_household.household
    head, child = (row.person for row in home.memberships.order_by("-is_reference"))

    def ask(kind: str, person: str = "", **texts: str) -> ChangeRequest:
        return changes.request(
            uuid=uuid4(), kind=kind, household_id=home.pk, person_reference=person, texts=texts, seen_versions=None,
            reason=WHY, waits=True, actor=officer, at=AT,
        )  # fmt: skip

    left = ask("left", child.reference, left_on="2026-11-01", why="other")
    split = ask("split", asked_by=head.reference, who=child.reference, head=child.reference, since="2026-11-01",
                address="With an aunt")  # fmt: skip
    told = one_after_the_other(
        lambda: changes.accept(change_id=left.pk, actor=reviewer, at=AT, reason=WHY),
        lambda: changes.accept(change_id=split.pk, actor=other_reviewer, at=AT, reason=WHY),
    )
    assert isinstance(told, changes.ChangedSince | changes.DetailsWrong), told
    assert dict(ChangeRequest.objects.values_list("kind", "status")) == {"left": "applied", "split": "requested"}
    assert Household.objects.count() == 1


def test_the_same_survey_sent_twice_at_once_is_one_import(an_accepted_household, payload, write_files, officer,
                                                          settings, tmp_path):  # fmt: skip
    settings.FILES_DIR = tmp_path / "files"
    payload["household"] |= {"household_reference": an_accepted_household.household.reference, "rooms": "4"}
    paths = write_files(payload)

    def send() -> ImportBatch:
        return imports.receive(households=paths[0], persons=paths[1], re_survey=True, actor=officer, at=AT, send=False)

    told = one_after_the_other(send, send)
    assert told == ImportBatch.objects.get() and Job.objects.count() == 1
