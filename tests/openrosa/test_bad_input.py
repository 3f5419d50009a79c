"""Whatever a phone, or somebody with a phone's password, sends: a clear sentence, and nothing half kept."""

import re

import pytest

from core import files
from registry.actions import questionnaires
from registry.models import DeviceAttachment, DeviceForm, Photo, QuestionnaireVersion, Submission
from tests.fixtures.photos import PRETENDERS, PROGRAMS, SCRIPT
from tests.fixtures.registry import TOLD_AT
from tests.openrosa.conftest import Phone, message
from tests.openrosa.filled import BOUNDARY, MULTIPART, body_of, xml_of

BOMB = b"""<?xml version="1.0"?><!DOCTYPE data [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><data id="household_registration" version="x">&c;</data>"""
OUTSIDE = b"""<!DOCTYPE data [<!ENTITY f SYSTEM "file:///etc/passwd">]><data id="x">&f;</data>"""


@pytest.fixture
def xml(payload) -> bytes:
    return xml_of(payload)


@pytest.fixture
def refused(phone):
    """``refused(status, body, content_type)``: the sentence; nothing was kept."""

    def post(status: int, body: bytes, content_type: str = MULTIPART) -> str:
        answer = phone.send("POST", "/openrosa/submission", data=body, content_type=content_type)
        assert answer.status_code == status, answer.content
        assert answer["X-OpenRosa-Version"] == "1.0"
        assert (DeviceForm.objects.count(), DeviceAttachment.objects.count()) == (0, 0)
        return message(answer)

    return post


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (BOMB, "entities"),
        (OUTSIDE, "entities"),
        (BOMB.decode().encode("utf-16"), "UTF-8"),
        (b"", "not XML"),
        (b"\x89PNG", "UTF-8"),
        (b"<data>", "not XML"),
        (b"<a>" * 5000 + b"</a>" * 5000, "not XML"),
        (b"<data id='household_registration' version='1'/>", "instanceID"),
        (b"<data>\xff\xfe</data>", "UTF-8"),
        (b"<data>\x00</data>", "not XML"),
        (b"<!-- --><data><meta><instanceID> </instanceID></meta></data>", "instanceID"),
        (b"<data><meta><instanceID>" + b"u" * 300 + b"</instanceID></meta></data>", "longer"),
    ],
)
def test_what_is_no_form_is_refused_in_words(refused, form, words):
    assert words in refused(400, body_of(form))


def test_a_form_of_enormous_xml_is_refused(refused):
    assert "large" in refused(413, body_of(b"<data>" + b" " * 1_100_000 + b"</data>"))


def test_a_body_that_is_too_large_is_refused_before_and_while_it_is_read(refused, settings, xml, photo):
    settings.DEVICE_POST_LARGEST = 4000
    assert "at most" in refused(413, body_of(xml, ("a.jpg", photo)))


def test_another_content_type_is_refused(refused, xml):
    assert "multipart" in refused(415, xml, "text/xml")
    assert "multipart" in refused(415, b"a=1", "application/x-www-form-urlencoded")


def test_a_post_without_the_form_or_with_two_is_refused(refused, xml, photo):
    assert "xml_submission_file" in refused(400, body_of(None, ("house.jpg", photo)))
    assert "xml_submission_file" in refused(400, body_of(xml, name="form"))
    twice = body_of(xml, whole=False) + body_of(xml)
    assert "exactly one" in refused(400, twice)


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=other", MULTIPART + "x"]
)
def test_a_wrong_boundary_is_a_broken_upload(refused, xml, content_type):
    assert "whole" in refused(400, body_of(xml), content_type)


def test_a_broken_upload_keeps_nothing_and_its_repeat_everything(refused, phone, payload, with_photo, photo):
    payload["household"]["dwelling_photo"] = "house.jpg"
    body = body_of(xml_of(payload), ("house.jpg", photo))
    for end in (len(body) // 3, len(body) - 200, len(body) - len(BOUNDARY) - 8):
        assert "whole" in refused(400, body[:end])

    assert phone.send("POST", "/openrosa/submission", data=body, content_type=MULTIPART).status_code == 201
    assert DeviceAttachment.objects.get().file.size == len(photo)


def test_a_form_never_published_and_a_form_of_another_name_are_refused(refused, payload):
    draft = dict(QuestionnaireVersion.objects.get(status="published").content) | {"version": "2029-draft"}
    draft.pop("mapping", None)
    from core.access.actor import SYSTEM

    version = questionnaires.draft(content=draft, actor=SYSTEM, at=TOLD_AT)
    assert "never published" in refused(404, body_of(xml_of(payload, version=version)))
    assert "never published" in refused(404, body_of(xml_of(payload).replace(b'version="2', b'version="1')))
    assert "no such form" in refused(404, body_of(xml_of(payload).replace(b"household_registration", b"another")))


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_photograph_that_is_a_program_is_refused_whatever_it_is_called(refused, payload, with_photo, kind):
    payload["household"]["dwelling_photo"] = "house.jpg"
    assert "not a photograph" in refused(400, body_of(xml_of(payload), ("house.jpg", PROGRAMS[kind]())))


@pytest.mark.parametrize("kind", PRETENDERS)
def test_a_photograph_that_only_begins_as_one_is_never_shown_and_a_person_looks(
    send, take_in, payload, with_photo, kind
):
    """A phone cannot take another picture for a form that is finished, so the form is kept; the file is not shown."""
    payload["household"]["dwelling_photo"] = "house.jpg"
    assert send(xml_of(payload), ("house.jpg", PRETENDERS[kind]())).status_code == 201
    take_in()

    assert Photo.objects.get().shown is None
    found = Submission.objects.get()
    assert found.status == "in_review"
    assert [(one.code, "cannot be shown" in one.message) for one in found.issues.all()] == [("photo_damaged", True)]


def test_what_hides_behind_a_photograph_is_not_in_what_is_shown(send, take_in, payload, with_photo, photo):
    payload["household"]["dwelling_photo"] = "house.jpg"
    send(xml_of(payload), ("house.jpg", photo + b"PK\x03\x04" + SCRIPT))
    take_in()

    kept = files.stored_path(Photo.objects.get().shown).read_bytes()
    assert not [word for word in (b"script", b"SECRET", b"PK\x03\x04", b"Exif") if word in kept]


@pytest.mark.parametrize("name", ["../../../etc/house.jpg", "/abs/house.jpg", "C:\\x\\house.jpg", "..\\house.jpg"])
def test_a_file_with_a_path_for_a_name_lies_where_all_files_lie(send, settings, payload, with_photo, photo, name):
    payload["household"]["dwelling_photo"] = "house.jpg"
    answer = send(xml_of(payload), (name, photo))

    assert answer.status_code == 201
    attachment = DeviceAttachment.objects.get()
    assert attachment.name == attachment.file.name == "house.jpg"
    kept = [path for path in settings.FILES_DIR.rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [attachment.sha256]


def test_too_many_files_are_refused_whole(refused, xml, photo):
    many = [(f"{number}.jpg", photo + bytes([number])) for number in range(61)]
    assert "at most" in refused(400, body_of(xml, *many))


def test_a_wrong_password_sends_nothing(sign_in, xml):
    answer = Phone(sign_in[0].username, "wrong").send(
        "POST", "/openrosa/submission", data=body_of(xml), content_type=MULTIPART
    )
    assert answer.status_code == 401
    assert not DeviceForm.objects.exists()


def test_what_a_phone_is_told_is_well_formed_whatever_it_sent(refused, payload, with_photo):
    payload["household"]["dwelling_photo"] = "house.jpg"
    sentence = refused(400, body_of(xml_of(payload), ("<b>&\x01.jpg", b"MZ")))
    assert not re.search("[\x00-\x1f]", sentence)


def test_a_phone_that_nobody_gave_a_sign_in_sends_and_loads_nothing(sign_in, xml):
    stranger = Phone("phone-nobody-knows", "0000-0000-0000")
    for method, path in (("POST", "/openrosa/submission"), ("GET", "/openrosa/formList")):
        answer = stranger.send(method, path, data=body_of(xml), content_type=MULTIPART)
        assert (answer.status_code, "user name or the password" in message(answer)) == (401, True)
    assert not DeviceForm.objects.exists()


def test_a_post_that_declares_ten_gigabytes_is_refused_before_anything_is_read(refused, phone, xml):
    body = body_of(xml)
    answer = phone.send(
        "POST", "/openrosa/submission", data=body, content_type=MULTIPART, CONTENT_LENGTH=str(10 * 1024**3)
    )
    assert answer.status_code == 413
    assert not DeviceForm.objects.exists()


def test_a_mark_of_byte_order_before_a_form_is_no_fault(send, take_in, xml):
    assert send(b"\xef\xbb\xbf" + xml).status_code == 201
    take_in()
    assert Submission.objects.get().status == "accepted"


def test_a_form_whose_xml_explodes_by_depth_or_names_is_refused_in_words(refused):
    wide = b"<data " + b" ".join(b'a%d="x"' % number for number in range(60_000)) + b"/>"
    for explosion in (wide, b"<data>" + b"<a>" * 300_000 + b"</data>"):
        assert refused(400, body_of(explosion))
