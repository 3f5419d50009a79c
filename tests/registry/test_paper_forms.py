"""Paper forms: issued, handed out, used up by whatever door, written off; each is accounted for once."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry, User
from registry.actions.fieldwork import paper
from registry.actions.reviews import ReasonNeeded
from registry.actions.visits import DayHasPassed, NotSendable
from registry.fieldwork import serials
from registry.models import PaperForm, Submission
from registry.queries import paper as accounts
from tests.fixtures.fieldwork import FIELD_AT, FIELD_BY, FIELD_ON

WHY = "The rain came through the roof."
ONE, TWO, THREE = (serials.serial(number) for number in (1, 2, 3))


@pytest.fixture
def issued(district, reviewer):
    return paper.issue(area_id=district.pk, count=10, actor=reviewer, at=FIELD_AT)


@pytest.fixture
def hand_out(issued, officer, reviewer):
    def make(first=ONE, last=THREE, **what):
        told = {"to_id": officer.user_id, "due_on": FIELD_BY, "actor": reviewer, "at": FIELD_AT} | what
        return paper.hand_out(first=first, last=last, **told)

    return make


def write_off(actor, first=ONE, last="", outcome="lost", reason=WHY):
    return paper.write_off(first=first, last=last, outcome=outcome, reason=reason, actor=actor, at=FIELD_AT)


def form(serial=ONE) -> PaperForm:
    return PaperForm.objects.get(serial=serial)


def codes(submission: Submission) -> list[str]:
    return list(submission.issues.order_by("id").values_list("code", flat=True))


def on_paper(payload, serial):
    told = deepcopy(payload)
    told["household"]["paper_form"] = serial
    return told


# Serial numbers


@given(st.integers(1, 99_999_999))
def test_a_serial_number_is_read_as_it_was_printed_however_it_is_typed(number):
    printed = serials.serial(number)
    assert serials.read(printed.lower().replace("-", " ")) == printed
    assert serials.number(printed.replace("0", "O", 3)) == number


@given(st.integers(1, 99_999_999), st.integers(3, 10), st.integers(1, 9))
def test_one_wrong_digit_is_found(number, place, by):
    printed = serials.serial(number)
    wrong = printed[:place] + str((int(printed[place]) + by) % 10) + printed[place + 1 :]
    with pytest.raises(serials.NotASerial):
        serials.read(wrong)


# Issuing and handing out


def test_serial_numbers_are_issued_once_one_after_the_other(issued, district, reviewer):
    more = paper.issue(area_id=district.pk, count=5, actor=reviewer, at=FIELD_AT)
    assert (issued.first, issued.last, more.first, more.last) == (1, 10, 11, 15)
    assert PaperForm.objects.filter(status="stock").count() == 15
    assert form(ONE).district_id == district.pk


def test_who_issues_where_and_how_many_is_checked(
    country, district, other_district, reviewer, officer, make_user, as_actor
):
    above = as_actor(make_user(Role.SUPERVISOR, country))
    with pytest.raises(paper.PlaceTooWide):
        paper.issue(area_id=country.pk, count=1, actor=above, at=FIELD_AT)
    for count in (0, paper.MOST + 1):
        with pytest.raises(paper.TooMany):
            paper.issue(area_id=district.pk, count=count, actor=reviewer, at=FIELD_AT)
    for actor, area in ((reviewer, other_district), (officer, district), (SYSTEM, district)):
        with pytest.raises(NotPermitted):
            paper.issue(area_id=area.pk, count=1, actor=actor, at=FIELD_AT)


def test_forms_are_handed_out_and_brought_back_and_repeats_write_nothing(hand_out, reviewer, officer):
    assert hand_out() == 3 and hand_out() == 0
    assert (form().status, form().holder_id, form().due_on) == ("out", officer.user_id, FIELD_BY)
    for moved in (2, 0):
        assert paper.bring_back(first=ONE, last=TWO, actor=reviewer, at=FIELD_AT) == moved
    assert (form().status, form().holder_id, form(THREE).status) == ("stock", None, "out")
    found = AuditEntry.objects.filter(action__startswith="paper_form.").order_by("id")
    assert [one.action for one in found] == ["paper_form.issue", "paper_form.hand_out", "paper_form.bring_back"]
    assert found[1].details["forms"] == 3


def test_what_cannot_be_handed_out_is_refused(hand_out, reviewer, make_user, as_actor, other_district):
    elsewhere = make_user(Role.ENUMERATOR, other_district)
    with pytest.raises(NotSendable):
        hand_out(to_id=elsewhere.pk)
    with pytest.raises(DayHasPassed):
        hand_out(due_on=FIELD_ON - timedelta(days=1))
    with pytest.raises(paper.NotIssued):
        hand_out(last=serials.serial(11))
    with pytest.raises(paper.NotIssued):
        hand_out(actor=as_actor(make_user(Role.SUPERVISOR, other_district)))
    with pytest.raises(paper.TooMany):
        hand_out(first=TWO, last=ONE)
    with pytest.raises(serials.NotASerial):
        hand_out(first="PF-00000001-Z")
    hand_out(last=ONE)
    with pytest.raises(paper.NotThere, match=ONE):
        hand_out(due_on=FIELD_BY + timedelta(days=1))


def test_spoilt_and_lost_forms_have_a_reason(issued, reviewer):
    with pytest.raises(ReasonNeeded):
        write_off(reviewer, reason=" ")
    assert write_off(reviewer) == 1 and write_off(reviewer) == 0
    with pytest.raises(paper.NotThere):
        write_off(reviewer, outcome="spoilt")
    with pytest.raises(IntegrityError, match="reason"), transaction.atomic(), acting(actor=SYSTEM, at=FIELD_AT):
        PaperForm.objects.filter(serial=TWO).update(status="lost")
    with pytest.raises(DatabaseError), transaction.atomic(), acting(actor=SYSTEM, at=FIELD_AT):
        PaperForm.objects.filter(serial=ONE).update(status="stock", reason="")


# The doors


def test_a_form_is_used_by_the_registration_that_carries_its_serial(hand_out, tell, payload, officer):
    hand_out()
    told = tell(on_paper(payload, ONE.lower()))
    assert (told.status, told.paper_form, codes(told)) == ("accepted", ONE, [])
    assert (form().status, form().submission_id, form().holder_id) == ("used", told.pk, officer.user_id)


def test_a_serial_used_twice_waits_for_a_person_and_the_first_keeps_it(hand_out, tell, payload, other_payload):
    hand_out()
    first = tell(on_paper(payload, ONE))
    second = tell(on_paper(other_payload, ONE))
    assert (second.status, codes(second)) == ("in_review", ["paper_form_again"])
    assert form().submission_id == first.pk
    with pytest.raises(IntegrityError, match="used_once"), transaction.atomic(), acting(actor=SYSTEM, at=FIELD_AT):
        PaperForm.objects.filter(serial=ONE).update(submission=second)


def test_two_rows_of_one_file_with_the_same_serial_are_found(hand_out, payload, other_payload, bring_in, write_files):
    hand_out()
    bring_in(*write_files(on_paper(payload, ONE), on_paper(other_payload, ONE)))
    found = Submission.objects.filter(door="import").order_by("id")
    assert [(one.status, codes(one)) for one in found] == [("accepted", []), ("in_review", ["paper_form_again"])]
    assert found[1].issues.get().location == "households.csv, row 3, column paper_form"


@pytest.mark.parametrize(
    ("state", "code"),
    [("unknown", "paper_form_unknown"), ("stock", "paper_form_not_out"), ("lost", "paper_form_written_off")],
)
def test_a_form_that_should_not_have_come_waits_for_a_person(state, code, issued, reviewer, tell, payload):
    if state == "lost":
        write_off(reviewer)
    told = tell(on_paper(payload, serials.serial(99) if state == "unknown" else ONE))
    assert (told.status, codes(told)) == ("in_review", [code])
    assert state == "unknown" or form().status == "used"


def test_a_refused_registration_leaves_its_form_to_the_corrected_one(hand_out, tell, payload):
    hand_out()
    wrong = on_paper(payload, ONE)
    wrong["household"]["rooms"] = "many"
    assert tell(wrong).status == "refused" and form().status == "out"
    assert tell(on_paper(payload, ONE)).status == "accepted" and form().status == "used"


def test_a_wrong_check_character_is_an_error_at_the_door(issued, tell, payload):
    told = tell(on_paper(payload, "PF-00000001-Z"))
    assert (told.status, codes(told), told.paper_form) == ("refused", ["serial_wrong"], "")


def test_registrations_without_paper_touch_no_form(hand_out, tell, payload):
    hand_out()
    assert tell(payload).status == "accepted"
    assert not PaperForm.objects.filter(status="used").exists()


# Accounts and pages


def test_every_form_is_in_one_place_of_the_account(
    hand_out, tell, payload, reviewer, make_user, as_actor, other_district
):
    hand_out()
    tell(on_paper(payload, ONE))
    write_off(reviewer, first=TWO)
    (place,) = accounts.by_place(actor=reviewer, on=FIELD_BY + timedelta(days=1))
    assert (place.issued, place.stock, place.out, place.overdue, place.used, place.spoilt, place.lost) == (
        10, 7, 1, 1, 1, 0, 1,
    )  # fmt: skip
    (holder,) = accounts.by_holder(actor=reviewer, on=FIELD_BY)
    assert (holder.issued, holder.out, holder.overdue) == (3, 1, 0)
    assert accounts.by_place(actor=as_actor(make_user(Role.SUPERVISOR, other_district)), on=FIELD_BY) == []


def test_nothing_is_issued_when_the_audit_record_fails(committed_db, district, reviewer, broken_audit):
    with broken_audit(), pytest.raises(IntegrityError):
        paper.issue(area_id=district.pk, count=1, actor=reviewer, at=FIELD_AT)
    assert not PaperForm.objects.exists()


def test_a_supervisor_issues_prints_hands_out_and_sees_the_account(district, reviewer, officer, client):
    client.force_login(User.objects.get(pk=reviewer.user_id), backend="django.contrib.auth.backends.ModelBackend")
    made = client.post(reverse("registry:paper_issue_new"), {"place": district.pk, "count": "3"})
    page = client.get(made["Location"]).content.decode()
    assert ONE in page and THREE in page
    pdf = client.get(made["Location"] + "1.pdf")
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert client.get(made["Location"] + "2.pdf").status_code == 404
    account = reverse("registry:paper_account")
    told = {"first": ONE, "last": TWO, "what": "hand_out", "to": str(officer.user_id), "due_on_day": "1",
            "due_on_month": "1", "due_on_year": "2030"}  # fmt: skip
    assert client.post(account, told | {"to": ""}).status_code == 422
    assert client.post(account, told | {"first": "PF-1"}).status_code == 422
    assert client.post(account, told).status_code == 302
    assert client.post(account, {"first": THREE, "what": "spoilt", "reason": WHY}).status_code == 302
    again = client.post(account, {"first": THREE, "what": "lost", "reason": WHY})
    assert again.status_code == 422 and "Some of these forms are not where" in again.content.decode()
    seen = client.get(reverse("registry:paper")).content.decode()
    assert "By holder" in seen and User.objects.get(pk=officer.user_id).full_name in seen
