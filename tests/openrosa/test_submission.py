"""Sending filled-in forms: kept before the answer, once each, complete when every photograph is there."""

import hashlib
from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import files
from core.access.actor import SYSTEM, NotPermitted
from core.access.roles import Role
from core.acting import acting
from core.models import AuditEntry
from registry.actions import device_forms, device_intake, submissions
from registry.models import DeviceAttachment, DeviceForm, Household, Photo, Submission
from tests.fixtures.registry import TOLD_AT
from tests.openrosa.conftest import message
from tests.openrosa.filled import xml_of


@pytest.fixture
def told(payload, with_photo):
    """A household with a photograph of the dwelling and one portrait, in the version that asks for them."""
    told = deepcopy(payload)
    told["household"] |= {"dwelling_photo": "house.jpg", "field_place": "-29.31 27.48 1600.0 4.5"}
    told["members"][0]["portrait"] = "face.jpg"
    return told


def test_a_form_without_photographs_is_kept_and_taken_in(send, take_in, payload, sign_in, enumerator):
    xml = xml_of(payload, instance_id="uuid:one")
    answer = send(xml)

    assert answer.status_code == 201
    assert message(answer) == "Kept. Thank you."
    form = DeviceForm.objects.get()
    assert (bytes(form.xml), form.status, form.device_id) == (xml, "ready", "collect:abc123")
    assert (form.sign_in_id, form.user_id) == (sign_in[0].pk, enumerator.pk)
    assert take_in() == 1
    form.refresh_from_db()
    assert (form.status, form.submission.status, form.submission.door) == ("taken_in", "accepted", "odk")
    assert form.submission.payload == payload
    assert form.submission.uuid == form.uuid
    assert Household.objects.get().registered_by_id == enumerator.pk
    assert take_in() == 0


def test_photographs_may_come_in_several_posts_and_the_form_waits_for_all(send, take_in, told, photo):
    xml = xml_of(told)

    first = send(xml)
    second = send(xml, ("house.jpg", photo))
    assert (first.status_code, second.status_code) == (202, 202)
    assert message(first) == "Kept. 2 of its photographs are still to come."
    assert take_in() == 0
    third = send(xml, ("face.jpg", photo + b"\0"))

    assert third.status_code == 201
    assert take_in() == 1
    submission = Submission.objects.get()
    assert submission.status == "accepted", [str(one) for one in submission.issues.all()]
    assert submission.answers["field_place"] == "-29.31 27.48 1600.0 4.5"
    house = Photo.objects.get(uuid=submission.answers["dwelling_photo"])
    portrait = Photo.objects.get(uuid=submission.members.get(position=1).answers["portrait"])
    assert house.original.sha256 == hashlib.sha256(photo).hexdigest() != portrait.original.sha256
    assert Household.objects.get().answers["dwelling_photo"] == str(house.uuid)


def test_the_copy_that_is_shown_holds_nothing_but_the_picture(send, take_in, told, photo):
    send(xml_of(told), ("house.jpg", photo), ("face.jpg", photo))
    take_in()

    shown = files.stored_path(Photo.objects.first().shown).read_bytes()

    assert shown.startswith(b"\xff\xd8\xff")
    assert b"SECRET PLACE" in photo and b"SECRET PLACE" not in shown and b"Exif" not in shown


def test_the_same_again_changes_nothing(send, take_in, told, photo):
    xml = xml_of(told)
    for _ in range(2):
        assert send(xml, ("house.jpg", photo), ("face.jpg", photo)).status_code == 201
    take_in()
    again = send(xml, ("house.jpg", photo), ("face.jpg", photo))

    assert again.status_code == 201
    assert message(again) == "Kept already: nothing was changed."
    assert take_in() == 0
    assert (DeviceForm.objects.count(), DeviceAttachment.objects.count(), Submission.objects.count()) == (1, 2, 1)
    assert AuditEntry.objects.filter(action="device_form.receive").count() == 1


def test_the_same_number_with_other_answers_is_kept_and_goes_to_review(send, take_in, payload):
    send(xml_of(payload, instance_id="uuid:one"))
    payload["household"]["rooms"] = "3"
    for member, given in zip(payload["members"], ("Ntsoaki", "Letsie"), strict=True):
        member["given_names"] = given
    payload["members"][0]["national_id"] = ""
    answer = send(xml_of(payload, instance_id="uuid:one"))
    assert answer.status_code == 201

    assert take_in() == 2
    first, second = Submission.objects.order_by("id")
    assert (first.status, second.status) == ("accepted", "in_review")
    assert [one.code for one in second.issues.all()] == ["same_number"]


def test_an_edit_goes_to_review_beside_what_it_corrects_and_cannot_enter_as_another_household(
    send, take_in, payload, reviewer
):
    send(xml_of(payload, instance_id="uuid:one"))
    take_in()
    payload["household"]["rooms"] = "3"
    send(xml_of(payload, instance_id="uuid:two", deprecated_id="uuid:one"))
    take_in()

    edit = Submission.objects.get(device_form__instance_id="uuid:two")
    assert edit.status == "in_review"
    assert "edited" in [one.code for one in edit.issues.all()]
    with pytest.raises(submissions.FollowsRegistered):
        submissions.accept(submission_id=edit.pk, actor=reviewer, at=TOLD_AT, reason="As new", as_new=True)
    assert Household.objects.count() == 1
    submissions.reject(submission_id=edit.pk, actor=reviewer, at=TOLD_AT, reason="Change reported instead")


def test_an_edit_of_a_form_that_was_refused_can_be_accepted(send, take_in, payload, reviewer):
    send(xml_of(payload | {"household": payload["household"] | {"rooms": "two"}}, instance_id="uuid:one"))
    send(xml_of(payload, instance_id="uuid:two", deprecated_id="uuid:one"))
    take_in()

    assert Submission.objects.get(device_form__instance_id="uuid:one").status == "refused"
    edit = Submission.objects.get(device_form__instance_id="uuid:two")
    submissions.accept(submission_id=edit.pk, actor=reviewer, at=TOLD_AT, reason="Corrected", as_new=True)

    assert Household.objects.count() == 1


def test_a_retired_version_is_taken_under_itself(send, take_in, payload, with_photo):
    from registry.models import QuestionnaireVersion

    retired = QuestionnaireVersion.objects.get(status="retired")
    send(xml_of(payload, version=retired))
    take_in()

    assert Submission.objects.get().questionnaire == retired
    assert Household.objects.get().questionnaire == retired


def test_who_gave_the_phone_does_not_decide_what_it_sent(
    take_in, payload, district, make_user, as_actor, give, enumerator
):
    from tests.openrosa.conftest import Phone
    from tests.openrosa.filled import MULTIPART, body_of

    giver = as_actor(make_user(Role.SUPERVISOR, district))
    device, password = give(enumerator, actor=giver)
    payload["household"]["rooms"] = "16"
    posted = Phone(device.username, password).send(
        "POST", "/openrosa/submission", data=body_of(xml_of(payload)), content_type=MULTIPART
    )
    assert posted.status_code == 201
    take_in()
    submission = Submission.objects.get()
    assert submission.status == "in_review"

    with pytest.raises(submissions.GaveThePhone):
        submissions.accept(submission_id=submission.pk, actor=giver, at=TOLD_AT, reason="Fine")
    with pytest.raises(IntegrityError, match="gave"), transaction.atomic(), acting(actor=giver, at=TOLD_AT):
        Submission.objects.filter(pk=submission.pk).update(status="rejected", decided_by_id=giver.user_id)
    other = as_actor(make_user(Role.SUPERVISOR, district))
    submissions.accept(submission_id=submission.pk, actor=other, at=TOLD_AT, reason="Seen")


def test_missing_photographs_are_given_up_by_a_reviewer_and_the_form_goes_on(
    send, take_in, told, reviewer, enumerator, as_actor
):
    send(xml_of(told))
    form = DeviceForm.objects.get()
    told_worker = []

    with pytest.raises(NotPermitted):
        device_forms.release(form_id=form.pk, reason="x", tell=list, actor=as_actor(enumerator), at=TOLD_AT)
    for _ in range(2):
        device_forms.release(
            form_id=form.pk, reason="The phone broke", tell=lambda: told_worker.append(1), actor=reviewer, at=TOLD_AT
        )

    assert take_in() == 1
    assert Submission.objects.get().status == "accepted"
    assert "dwelling_photo" not in Submission.objects.get().answers
    assert AuditEntry.objects.filter(action="device_form.release").count() == 1


def test_a_form_that_waits_for_nothing_is_not_given_up(send, payload, reviewer):
    send(xml_of(payload))
    with pytest.raises(device_forms.NotIncomplete):
        device_forms.release(form_id=DeviceForm.objects.get().pk, reason="x", tell=list, actor=reviewer, at=TOLD_AT)


def test_a_form_that_fails_is_noted_waits_and_holds_up_no_other(send, payload, other_payload, monkeypatch):
    send(xml_of(payload, instance_id="uuid:bad"))
    send(xml_of(other_payload, instance_id="uuid:good"))
    real = device_intake._read

    def broken(ids, version):
        if DeviceForm.objects.filter(pk__in=ids, instance_id="uuid:bad").exists():
            raise RuntimeError("The disk is on fire")
        return real(ids, version)

    monkeypatch.setattr(device_intake, "_read", broken)
    assert device_intake.take_in_waiting(at=TOLD_AT) == 1
    bad = DeviceForm.objects.get(instance_id="uuid:bad")
    assert (bad.status, bad.attempts) == ("ready", 1)
    assert "on fire" in bad.error
    assert device_intake.take_in_waiting(at=TOLD_AT) == 0

    monkeypatch.setattr(device_intake, "_read", real)
    assert device_intake.take_in_waiting(at=TOLD_AT + timedelta(minutes=3)) == 1
    assert DeviceForm.objects.get(pk=bad.pk).error == ""


def test_receiving_keeps_nothing_when_the_audit_record_fails(committed_db, payload, phone, broken_audit):
    from tests.openrosa.filled import MULTIPART, body_of

    phone.challenged()
    with broken_audit():
        answer = phone.send("POST", "/openrosa/submission", data=body_of(xml_of(payload)), content_type=MULTIPART)
    assert answer.status_code == 500
    assert not DeviceForm.objects.exists()


def test_what_came_never_changes(send, payload):
    send(xml_of(payload))
    for change in ({"xml": b"<data/>"}, {"instance_id": "other"}, {"device_id": "other"}, {"wanted": ["x"]}):
        with pytest.raises(IntegrityError), transaction.atomic(), acting(actor=SYSTEM, at=TOLD_AT):
            DeviceForm.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic(), acting(actor=SYSTEM, at=TOLD_AT):
        DeviceForm.objects.update(status="taken_in")


def test_a_village_elsewhere_is_refused_by_the_pipeline_and_the_form_is_kept(send, take_in, payload, other_village):
    payload["household"]["area_code"] = other_village.code
    assert send(xml_of(payload)).status_code == 201
    take_in()

    submission = Submission.objects.get()
    assert submission.status == "refused"
    assert [one.code for one in submission.issues.all()] == ["area_not_yours"]


def test_a_place_that_the_phone_measured_is_where_the_household_is(send, take_in, payload):
    payload["household"]["registry_point"] = "-29.310001 27.480002 1600.1 4.2"
    send(xml_of(payload))
    take_in()

    household = Household.objects.get()
    assert (str(household.latitude), str(household.longitude)) == ("-29.310001", "27.480002")
