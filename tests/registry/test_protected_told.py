"""What told where a protected household lives tells it no more: answers, earlier submissions, surveys, frozen rows."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError
from django.utils import timezone

from core.access.actor import SYSTEM
from core.access.roles import Role
from core.actions import retention
from core.jobs import runner
from core.models import Area, AuditEntry, Job
from registry.actions import changes, corrected, hidden_places, interests, questionnaires, submissions
from registry.changes import KINDS
from registry.models import (
    ChangeRequest,
    Household,
    Person,
    QuestionnaireVersion,
    Review,
    SafePlace,
    Submission,
)
from registry.queries import as_of
from registry.queries import changes as queries
from tests.fixtures.registry import TOLD_AT

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
FIELD, SCHOOL = "-29.512345 27.512345 1600 4.2", "-29.598765 27.598765 1600 4.2"


@pytest.fixture
def with_points(db) -> QuestionnaireVersion:
    """A version that asks where the household's field and each member's school lie."""
    content = deepcopy(QuestionnaireVersion.objects.get(status="published").content) | {"version": "2027-01"}
    content.pop("mapping", None)
    for code, level in (("field_place", "household"), ("school_place", "person")):
        section = next(one["code"] for one in content["sections"] if one["level"] == level)
        label = {"en": code.replace("_", " ").capitalize()}
        asked = {"code": code, "level": level, "section": section, "type": "point", "label": label}
        content["questions"].append(asked)
    return questionnaires.load(content=content, actor=SYSTEM, at=TOLD_AT)


@pytest.fixture
def told(with_points, payload):
    payload["household"] |= {"field_place": FIELD, "address": "Behind the red windmill"}
    payload["members"][1]["school_place"] = SCHOOL
    return payload


@pytest.fixture
def home(told, tell) -> Household:
    household = tell(told).household
    assert household is not None and household.answers["field_place"]
    return household


@pytest.fixture
def child(home) -> Person:
    return home.memberships.get(is_reference=False).person


def everything(model) -> str:
    """All columns of all rows; what came (``payload``) is kept, and pages look first whether it may be shown."""
    return " ".join(str({**row, "payload": ""}) for row in model.objects.values())


def test_answers_that_are_places_go_where_the_address_goes_and_come_back_with_it(
    home, child, protect, make_user, as_actor
):
    hidden = protect(home, at=AT)
    for model in (Household, Person, Submission):
        assert "29.5" not in everything(model), model
    child.refresh_from_db()
    assert "field_place" not in hidden.answers and "school_place" not in child.answers
    assert SafePlace.objects.get().answers == {
        "": {"field_place": FIELD}, str(child.pk): {"school_place": SCHOOL}
    }  # fmt: skip
    mother = hidden.memberships.get(is_reference=True).person.reference
    asked = changes.request(
        uuid=uuid4(), kind="unprotect_address", household_id=hidden.pk, texts={"asked_by": mother}, seen_versions=None,
        reason="She asks for it.", actor=as_actor(make_user(Role.DISTRICT_OFFICER)), at=AT,
    )  # fmt: skip
    changes.accept(change_id=asked.pk, reason="As she asks.", actor=as_actor(make_user(Role.SUPERVISOR)), at=AT)
    hidden.refresh_from_db()
    child.refresh_from_db()
    assert (hidden.answers["field_place"], child.answers["school_place"]) == (FIELD, SCHOOL)


def test_they_stay_with_the_place_when_a_hidden_household_moves(home, child, protect, officer):
    hidden = protect(home, at=AT)
    changes.request(
        uuid=uuid4(), kind="move", household_id=hidden.pk, texts={"moved_on": "2026-11-01", "address": "The blue door"},
        seen_versions=None, reason="They told us so.", actor=officer, at=AT,
    )  # fmt: skip
    assert SafePlace.objects.get(until_on=None).answers[""] == {"field_place": FIELD}


def marked(code: str, *, version: str, place: bool = True) -> QuestionnaireVersion:
    """The version in force, with a question in words about the place; ``place``: it is marked as one."""
    content = deepcopy(QuestionnaireVersion.objects.get(status="published").content) | {"version": version}
    content.pop("mapping", None)
    section = next(one["code"] for one in content["sections"] if one["level"] == "household")
    asked = {
        "code": code,
        "level": "household",
        "section": section,
        "type": "text",
        "label": {"en": "Name of the kraal"},
    }
    content["questions"] = [one for one in content["questions"] if one["code"] != code]
    content["questions"].append(asked | ({"place": True} if place else {}))
    return questionnaires.load(content=content, actor=SYSTEM, at=TOLD_AT)


KRAAL = "The blue kraal"


def test_a_text_that_is_marked_as_a_place_goes_where_the_address_goes(db, payload, tell, protect, officer):
    marked("kraal", version="2027-01")
    payload["household"]["kraal"] = KRAAL
    hidden = protect(tell(payload).household, at=AT)
    for model in (Household, Submission):
        assert KRAAL not in everything(model), model
    assert SafePlace.objects.get().answers == {"": {"kraal": KRAAL}}
    # While it is hidden nobody is asked for it.
    state = queries.state_of(hidden, today=AT.date())
    assert "kraal" not in {field.name for field in KINDS["update_answers"].fields(state, None)}


def test_a_text_that_is_not_marked_stays_an_answer(db, payload, tell, protect):
    marked("kraal", version="2027-01", place=False)
    payload["household"]["kraal"] = KRAAL
    assert protect(tell(payload).household, at=AT).answers["kraal"] == KRAAL


def test_what_a_new_version_marks_is_kept_apart_from_who_is_hidden_already(
    db, payload, other_payload, tell, protect, officer, make_user, as_actor
):
    marked("kraal", version="2027-01", place=False)
    payload["household"]["kraal"] = other_payload["household"]["kraal"] = KRAAL
    open_one = tell(other_payload).household
    hidden = protect(tell(payload).household, at=AT)
    before = hidden.row_version
    marked("kraal", version="2027-02")
    hidden.refresh_from_db()
    open_one.refresh_from_db()
    assert "kraal" not in hidden.answers and open_one.answers["kraal"] == KRAAL
    assert hidden.row_version > before
    told = Submission.objects.get(household=hidden)
    assert "kraal" not in told.answers
    safe = SafePlace.objects.get(until_on=None)
    assert (safe.answers, SafePlace.objects.count()) == ({"": {"kraal": KRAAL}}, 2)
    assert AuditEntry.objects.filter(action="household.hide_answers", subject_id=hidden.pk).count() == 1
    assert hidden_places.hide_answers(at=AT) == 0


def test_nothing_is_published_when_the_audit_record_fails(committed_db, payload, tell, protect, broken_audit):
    marked("kraal", version="2027-01", place=False)
    payload["household"]["kraal"] = KRAAL
    hidden = protect(tell(payload).household, at=AT)
    with broken_audit(), pytest.raises(IntegrityError):
        marked("kraal", version="2027-02")
    hidden.refresh_from_db()
    assert hidden.answers["kraal"] == KRAAL
    assert not QuestionnaireVersion.objects.filter(code="2027-02").exists()


def test_the_household_as_it_was_tells_no_measured_place(home, protect):
    hidden = protect(home, at=AT)
    then = as_of.household_at(household=hidden, at=datetime(2026, 11, 5, tzinfo=UTC))
    assert then is not None and "rooms" in then.household.answers
    assert "29.5" not in str([then.household.answers, *(row.person.answers for row in then.members)])


def test_what_was_refused_and_corrected_before_it_entered_tells_no_place_either(told, tell, protect, district):
    wrong = deepcopy(told)
    wrong["household"]["rooms"] = "many"
    refused = tell(wrong)
    assert (refused.status, refused.area.level) == ("refused", Area.Level.VILLAGE)
    protect(tell(told).household, at=AT)
    refused.refresh_from_db()
    assert (refused.area, refused.address, refused.answers.get("field_place")) == (district, "", None)


def test_somebody_elses_refused_registration_keeps_its_place(told, other_payload, tell, protect, village):
    other_payload["household"]["rooms"] = "many"
    other = tell(other_payload)
    protect(tell(told).household, at=AT)
    other.refresh_from_db()
    assert other.area == village


@pytest.fixture
def surveyed(home, told, write_files, bring_in, officer):
    """``surveyed(area_code=)``: a file that was written before the protection comes back after it."""

    def make(household: Household, **columns: str) -> Submission:
        again = deepcopy(told)
        again["household"] |= {
            "interview_date": "2026-10-05", "household_reference": household.reference, "rooms": "5", **columns
        }  # fmt: skip
        batch = bring_in(*write_files(again), actor=officer, re_survey=True, at=AT)
        return Submission.objects.get(batch=batch)

    return make


def test_a_survey_of_a_hidden_household_names_no_place_while_it_waits(home, protect, surveyed, district, other_village):
    submission = surveyed(protect(home, at=AT), address="The cellar of the mission")
    review = Review.objects.get(submission=submission)
    assert submission.status == "in_review" and "place_protected" in review.kinds
    assert (submission.area, submission.address, review.area) == (district, "", district)
    assert "field_place" not in submission.answers


def test_accepted_it_brings_answers_and_neither_place_nor_move(home, protect, surveyed, reviewer):
    hidden = protect(home, at=AT)
    submission = surveyed(hidden, address="The cellar of the mission")
    before = SafePlace.objects.values().get()
    submissions.accept(submission_id=submission.pk, actor=reviewer, at=AT, reason="Spoke with her.")
    hidden.refresh_from_db()
    assert (hidden.answers["rooms"], hidden.address, hidden.area_id) == (5, "", hidden.district_id)
    assert "field_place" not in hidden.answers
    assert SafePlace.objects.values().get() == before
    assert not ChangeRequest.objects.filter(kind="move").exists()


def test_a_survey_that_waits_while_the_address_is_protected_names_no_place_after_it(home, protect, surveyed, district):
    with_head = home.memberships.get(is_reference=True).person
    submission = surveyed(home, based_on_version="999")
    assert submission.status == "in_review" and with_head
    protect(home, at=AT)
    submission.refresh_from_db()
    review = Review.objects.get(submission=submission)
    assert (submission.area, submission.address, review.area) == (district, "", district)


def test_a_row_that_waits_for_that_reason_does_not_go_out_again_in_a_corrected_copy(home, protect, surveyed, officer):
    submission = surveyed(protect(home, at=AT), address="The cellar of the mission")
    batch = corrected.ask(batch_id=submission.batch_id, actor=officer, at=AT, send=False)
    job = Job.objects.get(kind=corrected.KIND)
    assert runner.run(job_id=job.pk, worker="test", clock=lambda: AT).error == ""
    batch.refresh_from_db()
    assert batch.corrected_file is None


@pytest.mark.parametrize("trial", [False, True], ids=["what was refused", "a trial's"])
def test_a_copy_made_before_the_protection_goes_to_nobody_after_it(
    trial, home, told, protect, write_files, bring_in, officer, fetched
):
    now, wrong = timezone.now(), deepcopy(told)
    wrong["household"] |= {"rooms": "many", "address": "The cellar of the mission"}
    batch = bring_in(*write_files(wrong), actor=officer, at=now, dry_run=trial)
    if not trial:
        corrected.ask(batch_id=batch.pk, actor=officer, at=now, send=False)
        assert runner.run(job_id=Job.objects.latest("id").pk, worker="test", clock=lambda: now).error == ""
    status, before = fetched(batch)
    assert status == 200 and "The cellar of the mission" in before

    protect(home, at=now)

    assert fetched(batch) == (404, "")
    assert retention.erase_due(actor=SYSTEM, at=now) == 1


def test_copies_of_others_stay_when_an_address_is_protected(
    home, told, protect, other_payload, write_files, bring_in, officer, fetched
):
    now = timezone.now()
    other_payload["household"]["rooms"] = "many"
    batch = bring_in(*write_files(other_payload), actor=officer, at=now)
    corrected.ask(batch_id=batch.pk, actor=officer, at=now, send=False)
    assert runner.run(job_id=Job.objects.latest("id").pk, worker="test", clock=lambda: now).error == ""

    protect(home, at=now)

    assert fetched(batch)[0] == 200


def test_an_address_is_protected_although_who_decided_once_declared_an_interest_since(told, tell, protect, reviewer):
    told["household"]["rooms"] = "20"
    told["members"][0]["national_id"] = ""
    sent = tell(told)
    assert sent.status == "in_review", [str(one) for one in sent.issues.all()]
    submissions.accept(submission_id=sent.pk, actor=reviewer, at=AT, reason="Seen.")
    sent.refresh_from_db()
    interests.declare(reference=sent.household.reference, kind="relative", actor=reviewer, at=AT)
    assert protect(sent.household, at=AT).is_protected
