"""Photographs and places in the officer's form: uploaded into a draft, written anew, shown to who may see them."""

from datetime import timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html
from PIL import Image

from core import files
from core.access.actor import SYSTEM, NotPermitted
from core.actions import retention
from core.models import AuditEntry, StoredFile
from registry.actions import draft_photos, submissions
from registry.models import Household, Photo, SubmissionPhoto
from registry.queries import reviews
from tests.fixtures.photos import PRETENDERS, PROGRAMS, SCRIPT, jpeg
from tests.fixtures.registry import TOLD_AT

BACKEND = "django.contrib.auth.backends.ModelBackend"
SECTION = "dwelling"


@pytest.fixture(autouse=True)
def files_of_their_own(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def desk(district_officer):
    client = Client()
    client.force_login(district_officer, backend=BACKEND)
    return client


@pytest.fixture
def draft(with_photo, payload, officer):
    return submissions.save_draft(uuid=uuid4(), payload=payload, actor=officer, at=timezone.now())


@pytest.fixture
def page(draft, with_photo):
    """Where the household's photograph and point are asked."""
    section = next(one["section"] for one in with_photo.content["questions"] if one["code"] == "dwelling_photo")
    return reverse("registry:draft_section", args=[draft.uuid, section])


@pytest.fixture
def keep(draft, officer):
    """``keep(content)``: one photograph into the draft; its number."""

    def kept(content, **changes):
        values = {"draft_uuid": draft.uuid, "number": uuid4(), "name": "house.jpg", "content": content}
        return draft_photos.keep(**values | {"actor": officer, "at": timezone.now()} | changes)

    return kept


def upload(content, name="house.jpg"):
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def told(draft):
    draft.refresh_from_db()
    return draft.payload["household"]


def seen(response, path):
    return html.fromstring(response.content).xpath(path)


def errors(response):
    found = seen(response, "//*[contains(@class, 'govuk-error-message')]")
    return [" ".join(one.text_content().split()) for one in found]


def everything(payload):
    """The household's section as the boxes of its page send it."""
    return {name: text for name, text in payload["household"].items() if name not in ("interview_date",)}


# -- the page


def test_a_photograph_and_a_place_are_asked_for_without_script(desk, page):
    shown = desk.get(page)

    (box,) = seen(shown, "//input[@type='file']")
    assert (box.get("name"), box.get("accept"), box.get("capture")) == (
        "dwelling_photo_file", "image/jpeg,image/png", "environment",
    )  # fmt: skip
    assert box.get("id") in seen(shown, "//label/@for")
    assert seen(shown, "//main//form/@enctype") == ["multipart/form-data"]
    assert seen(shown, "//input[@name='field_place']")
    assert seen(shown, "//button[@data-app-where]/@hidden")


def test_an_uploaded_photograph_stays_with_the_draft_without_anything_but_its_picture(
    desk, page, draft, payload, photo
):
    sent = everything(payload) | {"dwelling_photo_file": upload(photo), "field_place": "-29.31 27.48"}
    assert desk.post(page, sent).status_code == 302

    number = told(draft)["dwelling_photo"]
    assert told(draft)["field_place"] == "-29.31 27.48"
    kept = Photo.objects.get(uuid=number)
    assert kept.original == kept.shown
    content = files.stored_path(kept.shown).read_bytes()
    assert (kept.shown.media_type, Image.open(BytesIO(content)).size) == ("image/jpeg", (320, 240))
    assert Image.open(BytesIO(content)).getexif() == {} and b"SECRET" not in content
    assert [path.read_bytes() == content for path in files.settings.FILES_DIR.rglob("*") if path.is_file()] == [True]
    shown = seen(desk.get(page), "//img[@class='app-photo']/@src")[0]
    answer = desk.get(shown)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(answer.streaming_content) == content


def test_an_error_elsewhere_on_the_page_loses_no_photograph(desk, page, draft, payload, photo):
    again = desk.post(page, everything(payload) | {"rooms": "ninety", "dwelling_photo_file": upload(photo)})

    assert again.status_code == 422 and "dwelling_photo" not in told(draft)
    (number,) = seen(again, "//input[@name='dwelling_photo']/@value")
    assert desk.post(page, everything(payload) | {"dwelling_photo": number}).status_code == 302
    assert told(draft)["dwelling_photo"] == number


def test_the_photograph_stays_when_the_page_is_saved_again_and_goes_when_that_is_asked(
    desk, page, draft, payload, keep
):
    number = str(keep(jpeg()))
    desk.post(page, everything(payload) | {"dwelling_photo": number, "later": "1"})
    assert told(draft)["dwelling_photo"] == number
    desk.post(page, everything(payload) | {"dwelling_photo": number, "dwelling_photo_remove": "1"})
    assert "dwelling_photo" not in told(draft)


def test_each_member_may_have_a_portrait(desk, draft, payload, photo):
    address = reverse("registry:draft_member_answers", args=[draft.uuid, "2"])
    assert seen(desk.get(address), "//input[@type='file']/@name") == ["portrait_file"]
    desk.post(address, payload["members"][1] | {"portrait_file": upload(photo)})

    draft.refresh_from_db()
    assert UUID(draft.payload["members"][1]["portrait"]) == Photo.objects.get().uuid


@pytest.mark.parametrize("place", ["here", "-29.31", "-129.3 27.4", "1 2 3 4 5"])
def test_a_place_that_is_none_is_said_at_its_field(desk, page, payload, place):
    answer = desk.post(page, everything(payload) | {"field_place": place})

    assert answer.status_code == 422
    assert seen(answer, "//*[@id='id_field_place_error']")


# -- what is no photograph


@pytest.mark.parametrize("kind", [*PROGRAMS, *PRETENDERS])
def test_what_is_no_photograph_is_refused_at_its_field_and_nothing_is_kept(desk, page, draft, payload, kind):
    content = (PROGRAMS | PRETENDERS)[kind]()
    answer = desk.post(page, everything(payload) | {"dwelling_photo_file": upload(content or b" ")})

    assert answer.status_code == 422
    (sentence,) = [one for one in errors(answer) if "photograph" in one]
    assert "so it was not taken" in sentence
    assert "dwelling_photo" not in told(draft)
    assert (Photo.objects.count(), StoredFile.objects.filter(kind="photo").count()) == (0, 0)


def test_what_hides_behind_a_photograph_is_not_kept(keep, photo):
    number = keep(photo + b"PK\x03\x04" + SCRIPT)

    content = files.stored_path(Photo.objects.get(uuid=number).shown).read_bytes()
    assert not [word for word in (b"script", b"PK\x03\x04", b"SECRET") if word in content]


def test_a_photograph_that_is_too_large_is_refused_before_it_is_decoded(keep, photo):
    with pytest.raises(draft_photos.NotAPhotograph, match="larger than 15 MB"):
        keep(photo + bytes(draft_photos.LARGEST))


def test_a_draft_holds_only_so_many(keep, draft, photo, monkeypatch):
    monkeypatch.setattr(draft_photos, "MOST", 1)
    keep(photo)
    with pytest.raises(draft_photos.TooManyPhotos):
        keep(jpeg())
    assert Photo.objects.count() == 1


# -- who may


def test_a_number_of_somebody_elses_photograph_is_no_answer(
    desk, page, draft, payload, keep, make_user, as_actor, district
):
    from core.access.roles import Role

    other = as_actor(make_user(Role.DISTRICT_OFFICER, district))
    theirs = submissions.save_draft(uuid=uuid4(), payload=payload, actor=other, at=timezone.now())
    number = keep(jpeg(), draft_uuid=theirs.uuid, actor=other)

    desk.post(page, everything(payload) | {"dwelling_photo": str(number)})
    assert "dwelling_photo" not in told(draft)
    assert desk.get(reverse("registry:draft_photo", args=[draft.uuid, number])).status_code == 404
    assert desk.get(reverse("registry:draft_photo", args=[theirs.uuid, number])).status_code == 404
    with pytest.raises(NotPermitted):
        keep(jpeg(), draft_uuid=theirs.uuid)


def test_the_pipeline_takes_no_number_that_did_not_come_along(draft, officer, payload):
    payload["household"]["dwelling_photo"] = str(uuid4())
    submissions.save_draft(uuid=draft.uuid, payload=payload, actor=officer, at=TOLD_AT)
    sent = submissions.submit_draft(uuid=draft.uuid, actor=officer, at=TOLD_AT)

    assert sent.status == "refused"
    assert "no_photo" in sent.issues.values_list("code", flat=True)


def test_what_was_sent_takes_no_more_photographs(keep, draft, officer):
    submissions.discard(uuid=draft.uuid, actor=officer, at=TOLD_AT)
    with pytest.raises(draft_photos.NotADraft):
        keep(jpeg())
    with pytest.raises(draft_photos.NotADraft):
        keep(jpeg(), draft_uuid=uuid4())


# -- how long


def test_a_sent_photograph_is_kept_and_shown_with_the_household(desk, keep, draft, officer, payload):
    number, replaced = keep(jpeg()), keep(jpeg())
    payload["household"]["dwelling_photo"] = str(number)
    submissions.save_draft(uuid=draft.uuid, payload=payload, actor=officer, at=TOLD_AT)
    sent = submissions.submit_draft(uuid=draft.uuid, actor=officer, at=TOLD_AT)
    assert sent.status == "accepted", [str(one) for one in sent.issues.all()]

    retention.erase_due(actor=SYSTEM, at=timezone.now() + timedelta(days=400))

    household = Household.objects.get()
    assert household.answers["dwelling_photo"] == str(number)
    assert Photo.objects.get(uuid=number).shown.erased_at is None
    assert Photo.objects.get(uuid=replaced).shown.erased_at is not None
    address = reverse("registry:household_photo", args=[household.reference, number])
    assert desk.get(address)["Content-Type"] == "image/jpeg"
    assert desk.get(reverse("registry:draft_photo", args=[draft.uuid, number])).status_code == 404


def test_a_draft_that_is_saved_again_keeps_its_photographs_longer(keep, draft, officer, payload):
    days = timedelta(days=reviews.standard().draft_days)
    number, later = keep(jpeg()), timezone.now() + days - timedelta(days=1)
    submissions.save_draft(uuid=draft.uuid, payload=payload | {"more": []}, actor=officer, at=later)

    assert retention.erase_due(actor=SYSTEM, at=later + timedelta(days=3)) == 0
    assert retention.erase_due(actor=SYSTEM, at=later + days + timedelta(days=3)) == 1
    assert Photo.objects.get(uuid=number).shown.erased_at is not None


def test_a_draft_that_is_given_up_takes_its_photographs_along(keep, draft, officer):
    keep(jpeg())
    submissions.discard(uuid=draft.uuid, actor=officer, at=timezone.now())

    assert retention.erase_due(actor=SYSTEM, at=timezone.now()) == 1
    assert [path for path in files.settings.FILES_DIR.rglob("*") if path.is_file()] == []


def test_a_refused_registration_is_corrected_with_its_photographs(keep, draft, officer, payload):
    payload["household"] |= {"dwelling_photo": str(keep(jpeg())), "rooms": "ninety"}
    submissions.save_draft(uuid=draft.uuid, payload=payload, actor=officer, at=TOLD_AT)
    assert submissions.submit_draft(uuid=draft.uuid, actor=officer, at=TOLD_AT).status == "refused"

    payload["household"]["rooms"] = "2"
    again = uuid4()
    submissions.save_draft(uuid=again, payload=payload, actor=officer, at=TOLD_AT, corrects=draft.uuid)
    sent = submissions.submit_draft(uuid=again, actor=officer, at=TOLD_AT)

    assert sent.status == "accepted", [str(one) for one in sent.issues.all()]
    assert SubmissionPhoto.objects.count() == 2


# -- the act itself


def test_the_same_picture_again_keeps_its_number(keep, photo):
    assert keep(photo) == keep(photo)
    assert AuditEntry.objects.filter(action="submission.photo").count() == 1


def test_the_audit_row_holds_a_digest_and_no_name(keep, draft, photo):
    keep(photo, name="Mrs Mokhele at home.jpg")

    (row,) = AuditEntry.objects.filter(action="submission.photo")
    assert (row.subject_type, row.subject_id, row.details) == ("submission", draft.pk, {})
    assert row.digest.hex() == StoredFile.objects.get(kind="photo").sha256
    assert StoredFile.objects.get(kind="photo").name == "photo.jpg"
