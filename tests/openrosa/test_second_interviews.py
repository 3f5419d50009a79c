"""A second interview is held with a phone: chosen from its list, without the first answers, and compared."""

import csv
import io
from copy import deepcopy

import pytest

from core.access.roles import Role
from core.models import AuditEntry, User
from registry.actions.fieldwork import sampling
from registry.models import DeviceForm, InterviewComparison, QuestionnaireVersion, Reinterview, Submission
from registry.queries import device_forms
from registry.xlsform.devices import SECOND_CHOICE
from tests.fixtures.fieldwork import FIELD_AT, FIELD_BY, WITH_MEMBERS
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


@pytest.mark.parametrize("named", ["not a number", "0192d3a0-0000-7000-8000-000000000000"])
def test_a_form_that_names_no_second_interview_keeps_its_error_and_holds_up_nothing(
    named, send, take_in, held, waiting, other_payload
):
    held["household"][SECOND_CHOICE] = named
    send(xml_of(held))
    send(xml_of(other_payload))
    assert take_in() == 1
    assert "not known here" in DeviceForm.objects.get(status="ready").error


def test_who_was_not_sent_sends_no_second_interview(send, take_in, held, waiting, reviewer):
    sampling.take_back(reinterview_id=waiting.pk, reason="Ill for two weeks.", actor=reviewer, at=FIELD_AT)
    send(xml_of(held))
    assert take_in() == 0
    assert "Only who was sent" in DeviceForm.objects.get().error
    waiting.refresh_from_db()
    assert waiting.status == "drawn"
