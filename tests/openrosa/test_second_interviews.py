"""A second interview is held with a phone: chosen from its list, without the first answers, and compared."""

import csv
import io
from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry, User
from registry.actions import device_forms as forms
from registry.actions import device_intake, interests
from registry.actions.fieldwork import comparing, sampling
from registry.models import DeviceForm, InterviewComparison, QuestionnaireVersion, Reinterview, Submission
from registry.queries import device_forms
from registry.xlsform.devices import SECOND_CHOICE
from tests.core_pages.conftest import words
from tests.fixtures.fieldwork import FIELD_AT, FIELD_BY, WITH_MEMBERS
from tests.fixtures.registry import TOLD_AT
from tests.openrosa.conftest import Phone
from tests.openrosa.filled import xml_of


def listed(phone) -> list[dict[str, str]]:
    code = QuestionnaireVersion.objects.get(status="published").code
    content = phone.get(f"/openrosa/forms/{code}/media/second_interviews.csv").content.decode()
    return list(csv.DictReader(io.StringIO(content)))


@pytest.fixture
def waiting(interview, draw, enumerator, reviewer) -> Reinterview:
    """One interview that the phone's person is to hold again."""
    interview(address="Behind the mill", tenure="rented")
    sample = draw(terms=WITH_MEMBERS)
    sampling.assign(sample_id=sample.pk, ids=None, to_id=enumerator.pk, do_by=FIELD_BY, actor=reviewer, at=FIELD_AT)
    return Reinterview.objects.get()


@pytest.fixture
def held(waiting):
    """The same family told by somebody else: rented as before, one room more, the child under another name."""
    told = deepcopy(waiting.submission.payload)
    told["household"] |= {SECOND_CHOICE: str(waiting.uuid), "interview_date": "2026-10-05", "rooms": "9"}
    told["members"][1] |= {"given_names": "Rethabile"}
    return told


def test_the_phone_lists_where_to_go_and_not_one_answer(phone, waiting):
    (row,) = listed(phone)
    assert (row["name"], row["address"]) == (str(waiting.uuid), "Behind the mill")
    member = waiting.submission.members.get(position=1)
    assert member.given_names in row["label"] and "rented" not in str(row) and member.national_id not in str(row)


def test_another_phone_lists_none(waiting, give, interviewer):
    device, password = give(User.objects.get(pk=interviewer.user_id))
    assert listed(Phone(device.username, password)) == []


def test_a_protected_household_is_on_no_phone(phone, waiting, protect):
    protect(waiting.submission.household, at=FIELD_AT)
    assert listed(phone) == []


def test_the_form_is_compared_and_becomes_no_submission(send, take_in, held, waiting):
    assert send(xml_of(held)).status_code == 201
    before = Submission.objects.count()
    assert take_in() == 1
    form = DeviceForm.objects.get()
    waiting.refresh_from_db()
    assert (form.status, form.reinterview_id, form.submission_id, form.error) == ("taken_in", waiting.pk, None, "")
    assert (waiting.status, waiting.outcome, waiting.held_on.isoformat()) == ("done", "answered", "2026-10-05")
    assert Submission.objects.count() == before
    wrong = InterviewComparison.objects.filter(agrees=False).values_list("member", "code")
    assert set(wrong) == {(0, "rooms"), (2, "member"), (3, "member")}
    assert AuditEntry.objects.filter(action="device_form.take_in", subject_type="reinterview").count() == 1
    assert take_in() == 0


def test_the_form_names_no_village_once_the_address_is_protected(
    send, take_in, held, waiting, protect, make_user, as_actor, village, district
):
    send(xml_of(held))
    take_in()
    of_village, of_district = (as_actor(make_user(Role.SUPERVISOR, area)) for area in (village, district))
    assert [device_forms.place_of(one) for one in device_forms.visible(actor=of_village)] == [village.name]
    waiting.refresh_from_db()
    protect(waiting.submission.household, at=FIELD_AT)
    assert list(device_forms.visible(actor=of_village)) == []
    assert [device_forms.place_of(one) for one in device_forms.visible(actor=of_district)] == [district.name]


def test_forms_of_both_kinds_are_taken_in_together(send, take_in, held, waiting, other_payload):
    send(xml_of(held))
    send(xml_of(other_payload))
    assert take_in() == 2
    assert DeviceForm.objects.filter(submission__isnull=True).count() == 1
    assert Submission.objects.filter(door="odk").count() == 1


# Those that can never enter


def set_aside(*, why: str) -> DeviceForm:
    """The one form that was set aside, for this reason."""
    form = DeviceForm.objects.get(status="set_aside")
    assert why in form.error and form.try_after is None
    assert AuditEntry.objects.filter(action="device_form.set_aside", subject_id=form.pk).count() == 1
    return form


@pytest.fixture
def given_back(send, take_in, held, waiting, reviewer) -> DeviceForm:
    """A form whose interview was taken back from its sender before it came."""
    sampling.take_back(reinterview_id=waiting.pk, reason="Ill for two weeks.", actor=reviewer, at=FIELD_AT)
    send(xml_of(held))
    take_in()
    return set_aside(why="was not sent to this second interview")


@pytest.mark.parametrize("named", ["not a number", "0192d3a0-0000-7000-8000-000000000000"])
def test_a_form_that_names_no_second_interview_is_set_aside_and_holds_up_nothing(
    named, send, take_in, held, waiting, other_payload
):
    held["household"][SECOND_CHOICE] = named
    xml = xml_of(held)
    send(xml)
    send(xml_of(other_payload))
    assert take_in() == 1
    form = set_aside(why="not known here")
    assert bytes(form.xml) == xml and form.reinterview is None
    assert device_intake.take_in_waiting(at=TOLD_AT + timedelta(days=30)) == 0
    set_aside(why="not known here")


def test_who_was_not_sent_sends_no_second_interview(given_back, waiting):
    waiting.refresh_from_db()
    assert (waiting.status, given_back.reinterview) == ("drawn", waiting)


def test_nobody_enters_twice_and_the_first_answers_stand(send, take_in, held, waiting):
    send(xml_of(held))
    assert take_in() == 1
    send(xml_of(held))  # the same answers under another number
    assert take_in() == 0
    set_aside(why="was entered before")
    assert InterviewComparison.objects.filter(reinterview=waiting, code="rooms").count() == 1


def test_a_form_that_names_nobody_is_set_aside(send, take_in, held, waiting):
    send(xml_of(held | {"members": []}))
    assert take_in() == 0
    set_aside(why="names nobody")


@pytest.mark.parametrize("declared", ["household", "number"])
def test_who_declares_an_interest_after_they_were_sent_enters_nothing(declared, send, take_in, held, waiting, phone,
                                                                      as_actor, enumerator):  # fmt: skip
    who, told = as_actor(enumerator), waiting.submission
    if declared == "household":
        interests.declare(reference=told.household.reference, kind="relative", actor=who, at=FIELD_AT)
    else:
        number = told.members.get(position=1).national_id
        interests.declare_number(national_id=number, kind="relative", actor=who, at=FIELD_AT)
    send(xml_of(held))
    assert take_in() == 0
    set_aside(why="declared an interest")


@pytest.mark.parametrize("day", [timezone.localdate() + timedelta(days=2), "2026-07-01"])
def test_a_day_on_which_it_cannot_have_been_held_sets_it_aside_for_good(day, send, take_in, held, waiting):
    held["household"]["interview_date"] = str(day)
    send(xml_of(held))
    assert take_in() == 0
    set_aside(why="cannot have been held on the day")


def test_a_phone_whose_clock_runs_ahead_waits_for_the_day(send, take_in, held, waiting):
    held["household"]["interview_date"] = str(timezone.localdate() + timedelta(days=1))
    send(xml_of(held))
    assert take_in() == 0
    assert DeviceForm.objects.get().status == "ready"
    assert device_intake.take_in_waiting(at=timezone.now() + timedelta(days=2)) == 1
    waiting.refresh_from_db()
    assert waiting.status == "done"


def test_a_lost_database_sets_nothing_aside(send, take_in, held, waiting, monkeypatch):
    def lost(**told):
        raise OperationalError("server closed the connection unexpectedly")

    send(xml_of(held))
    with monkeypatch.context() as patch:
        patch.setattr(comparing, "enter", lost)
        assert take_in() == 0
    form = DeviceForm.objects.get()
    assert (form.status, form.attempts) == ("ready", 1) and form.try_after is not None
    assert device_intake.take_in_waiting(at=TOLD_AT + timedelta(hours=1)) == 1


def test_what_is_gone_is_tried_again_and_enters(given_back, take_in, waiting, enumerator, reviewer):
    sample = waiting.finding.sample_id
    sampling.assign(sample_id=sample, ids=None, to_id=enumerator.pk, do_by=FIELD_BY, actor=reviewer, at=FIELD_AT)
    told = []

    def again() -> DeviceForm:
        return forms.try_again(
            form_id=given_back.pk, reason="Well again.", tell=lambda: told.append(1), actor=reviewer, at=TOLD_AT
        )

    assert (again().status, again().status) == ("ready", "ready")
    assert AuditEntry.objects.filter(action="device_form.try_again").count() == 1
    assert take_in() == 1
    waiting.refresh_from_db()
    assert waiting.status == "done" and waiting.device_forms.get() == given_back
    with pytest.raises(forms.NotSetAside):
        again()


def test_what_is_not_gone_is_set_aside_again(given_back, take_in, reviewer):
    forms.try_again(form_id=given_back.pk, reason="Perhaps.", tell=list, actor=reviewer, at=TOLD_AT)
    assert take_in() == 0
    given_back.refresh_from_db()
    assert given_back.status == "set_aside"


def test_only_a_reviewer_of_the_place_who_did_not_send_it_has_it_tried_again(
    given_back, as_actor, enumerator, make_user, other_district
):
    for user in (enumerator, make_user(Role.SUPERVISOR, other_district)):
        with pytest.raises(NotPermitted):
            forms.try_again(form_id=given_back.pk, reason="x", tell=list, actor=as_actor(user), at=TOLD_AT)


def test_the_database_keeps_what_is_set_aside_there_and_asks_why(given_back):
    for wrong in ({"error": " "}, {"status": "taken_in"}, {"status": "incomplete"}, {"status": "ready"}):
        refused = pytest.raises(DatabaseError, match=r"set_aside|taken_in")
        with refused, transaction.atomic(), acting(actor=SYSTEM, at=TOLD_AT):
            DeviceForm.objects.update(**wrong)


def test_nothing_is_set_aside_or_tried_again_when_the_audit_record_fails(
    committed_db, send, take_in, held, waiting, reviewer, broken_audit
):
    sampling.take_back(reinterview_id=waiting.pk, reason="Ill for two weeks.", actor=reviewer, at=FIELD_AT)
    send(xml_of(held))
    with broken_audit(), pytest.raises(IntegrityError):
        take_in()
    assert DeviceForm.objects.get().status == "ready"

    take_in()
    form = set_aside(why="was not sent")
    with broken_audit(), pytest.raises(IntegrityError):
        forms.try_again(form_id=form.pk, reason="x", tell=list, actor=reviewer, at=TOLD_AT)
    form.refresh_from_db()
    assert (form.status, form.reinterview) == ("set_aside", waiting)


def test_the_supervisor_reads_why_and_has_it_tried_again(given_back, waiting, supervisor, take_in):
    browser = Client()
    browser.force_login(supervisor, backend="django.contrib.auth.backends.ModelBackend")
    why = "it was taken back from them"
    page = browser.get(reverse("registry:field_forms"))
    assert "1 second interview was set aside" in words(page) and why in words(page)
    assert "not taken in yet" not in words(page)
    assert why in words(browser.get(reverse("registry:field_forms"), {"aside": "1"}))
    assert why not in words(browser.get(reverse("registry:field_forms"), {"open": "1"}))
    assert why in words(browser.get(reverse("registry:second_interview", args=[waiting.uuid])))
    one = browser.get(reverse("registry:field_form", args=[given_back.uuid]))
    assert why in words(one) and "with all its answers" in words(one)

    address = reverse("registry:field_try_again", args=[given_back.uuid])
    assert why in words(browser.get(address))
    assert "tried again" in words(browser.post(address, {"reason": "They are well again."}, follow=True))
    given_back.refresh_from_db()
    assert given_back.status == "ready"


def test_the_form_of_a_household_that_is_protected_since_names_its_district_alone(
    given_back, waiting, protect, make_user, as_actor, village, district
):
    protect(waiting.submission.household, at=FIELD_AT)
    of_village, of_district = (as_actor(make_user(Role.SUPERVISOR, area)) for area in (village, district))
    assert list(device_forms.set_aside(actor=of_village)) == []
    assert [device_forms.place_of(one) for one in device_forms.set_aside(actor=of_district)] == [district.name]
