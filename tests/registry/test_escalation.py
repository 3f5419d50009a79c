"""Where a district has no supervisor, the next area's holder finds its work waiting; a maker never decides."""

from copy import deepcopy
from uuid import uuid4

import pytest

from core.access.actor import Actor
from core.access.roles import Role
from registry.actions import submissions
from registry.models import Submission
from registry.views import waiting
from tests.fixtures.registry import TOLD_AT


def to_review(actor) -> int:
    return next(task.count for task in waiting.tasks(actor) if "review" in task.url)


def test_a_review_of_a_district_without_supervisor_waits_for_the_national_one(
    a_submission_in_review, make_user, as_actor, country, other_district
):
    national = as_actor(make_user(Role.SUPERVISOR, country))
    elsewhere = as_actor(make_user(Role.SUPERVISOR, other_district))

    assert (to_review(national), to_review(elsewhere)) == (1, 0)
    decided = submissions.accept(
        submission_id=a_submission_in_review.pk, actor=national, at=TOLD_AT, reason="Papers seen", as_new=True
    )
    assert decided.decided_by_id == national.user_id


def test_who_sent_it_neither_finds_it_waiting_nor_decides_it(
    an_accepted_household, payload, make_user, as_actor, country
):
    """Even somebody who holds both roles in turn, such as an officer who acts as supervisor."""
    user = make_user(Role.SUPERVISOR, country)
    supervisor = as_actor(user)
    officer = as_actor(make_user(Role.DISTRICT_OFFICER, country))
    maker = Actor(
        kind=officer.kind,
        user_id=user.pk,
        name=user.full_name,
        roles=officer.roles,
        grants=officer.grants,
        request_id="t",
    )
    again = deepcopy(payload)
    again["members"] = [again["members"][0] | {"national_id": ""}]
    sent = submissions.receive(uuid=uuid4(), door=Submission.Door.FORM, payload=again, actor=maker, at=TOLD_AT)

    assert sent.status == "in_review"
    assert to_review(supervisor) == 0
    with pytest.raises(submissions.OwnSubmission):
        submissions.accept(submission_id=sent.pk, actor=supervisor, at=TOLD_AT, reason="Mine", as_new=True)
