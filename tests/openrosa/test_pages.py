"""The pages about phones: giving and ending sign-ins, what came, photographs through the record that names them."""

import base64
import json
import re
import zlib

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.access.roles import Role
from core.models import DeviceSignIn, ReadEntry
from registry.actions import submissions
from registry.models import DeviceForm, Household, Photo, Submission
from tests.core_pages.conftest import parse, words
from tests.fixtures.registry import TOLD_AT
from tests.openrosa.conftest import Phone
from tests.openrosa.filled import xml_of

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def signed_in():
    def sign_in(user) -> Client:
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def supervisors_client(signed_in, supervisor) -> Client:
    return signed_in(supervisor)


@pytest.fixture
def elsewhere(signed_in, make_user, other_district) -> Client:
    return signed_in(make_user(Role.SUPERVISOR, other_district))


@pytest.fixture
def with_pictures(send, take_in, payload, with_photo, photo) -> Submission:
    """A form with two photographs and a measured field, that waits for review."""
    payload["household"] |= {"dwelling_photo": "house.jpg", "field_place": "-29.31 27.48 1600 4.2", "rooms": "16"}
    payload["members"][0]["portrait"] = "face.jpg"
    send(xml_of(payload), ("house.jpg", photo), ("face.jpg", photo + b"\0"))
    take_in()
    found = Submission.objects.get()
    assert found.status == "in_review", [str(one) for one in found.issues.all()]
    return found


def told(enumerator, **changes) -> dict[str, str]:
    page = {"person": str(enumerator.pk), "name": "Phone 9", "one_shot": "01890000-0000-7000-8000-000000000009"}
    return page | {"last_day": timezone.localdate().isoformat()} | changes


def test_a_supervisor_gives_a_sign_in_and_its_code_sets_the_app_up(supervisors_client, enumerator):
    address = reverse("registry:phone_give")
    assert "Neo Walker" in words(supervisors_client.get(address))
    page = supervisors_client.post(address, told(enumerator))

    assert page.status_code == 200 and page["Cache-Control"] == "no-store, private"
    device = DeviceSignIn.objects.get()
    values = [" ".join(one.text_content().split()) for one in parse(page).xpath("//main//dd")]
    assert values[:2] == ["http://testserver/openrosa", device.username]
    assert Phone(device.username, values[2]).get("/openrosa/formList").status_code == 200
    assert parse(page).xpath("//img/@src")[0].startswith("data:image/svg+xml")
    again = supervisors_client.post(address, told(enumerator))
    assert again.status_code == 409 and DeviceSignIn.objects.count() == 1


def test_the_code_says_what_the_app_reads():
    from registry.openrosa import settings_code

    said = settings_code.text(server_url="https://x/openrosa", username="u", password="p", project="Register")
    read = json.loads(zlib.decompress(base64.b64decode(said)))

    assert read["general"]["server_url"] == "https://x/openrosa"
    assert (read["general"]["username"], read["general"]["password"]) == ("u", "p")
    assert set(read) == {"general", "admin", "project"}


@pytest.mark.parametrize(
    "changes", [{"person": ""}, {"name": ""}, {"last_day": "2001-01-01"}, {"last_day": "2090-01-01"}]
)
def test_a_form_that_lacks_something_gives_nothing(supervisors_client, enumerator, changes):
    page = supervisors_client.post(reverse("registry:phone_give"), told(enumerator, **changes))

    assert page.status_code == 422
    assert not DeviceSignIn.objects.exists()


def test_a_sign_in_is_ended_with_a_reason_and_the_phone_is_out(supervisors_client, sign_in, phone):
    assert phone.get("/openrosa/formList").status_code == 200
    address = reverse("registry:phone_end", args=[sign_in[0].pk])
    assert supervisors_client.post(address, {"reason": ""}).status_code == 422
    done = supervisors_client.post(address, {"reason": "Lost on the way"}, follow=True)

    assert "can no longer send" in done.content.decode()
    assert phone.get("/openrosa/formList").status_code == 403
    assert "Ended" in words(supervisors_client.get(reverse("registry:phones")))


def test_supervisors_elsewhere_see_neither_phones_nor_forms(elsewhere, sign_in, with_pictures):
    form = DeviceForm.objects.get()
    assert "Phone 7" not in words(elsewhere.get(reverse("registry:phones")))
    assert "Phone 7" not in words(elsewhere.get(reverse("registry:field_forms")))
    for name, key in (
        ("phone", sign_in[0].pk),
        ("phone_end", sign_in[0].pk),
        ("field_form", form.uuid),
        ("field_release", form.uuid),
    ):
        assert elsewhere.get(reverse(f"registry:{name}", args=[key])).status_code == 404


def test_a_form_that_waits_for_a_photograph_is_shown_and_let_go(supervisors_client, send, take_in, payload, with_photo):
    payload["household"]["dwelling_photo"] = "house.jpg"
    send(xml_of(payload))
    form = DeviceForm.objects.get()
    page = words(supervisors_client.get(reverse("registry:field_forms")))
    assert "1 form is not taken in yet." in page and "Photographs missing" in page
    assert "0 of 1 came" in words(supervisors_client.get(reverse("registry:field_form", args=[form.uuid])))

    address = reverse("registry:field_release", args=[form.uuid])
    supervisors_client.post(address, {"reason": "The phone broke"})

    assert take_in() == 1
    assert "Accepted" in words(supervisors_client.get(reverse("registry:field_forms")))


def test_the_page_of_a_refused_form_says_why(supervisors_client, send, take_in, payload):
    payload["household"]["rooms"] = "two"
    send(xml_of(payload))
    take_in()

    page = words(supervisors_client.get(reverse("registry:field_form", args=[DeviceForm.objects.get().uuid])))

    assert "Why it was refused" in page and "not a whole number" in page


def test_review_shows_the_phone_the_place_and_the_photographs(supervisors_client, with_pictures):
    page = supervisors_client.get(reverse("registry:review_submission", args=[with_pictures.uuid]))
    text = words(page)

    assert "Phone 7" in text and "Neo Walker" in text and "collect:abc123" in text
    assert "29.31000° south, 27.48000° east, within 5 metres" in text
    pictures = parse(page).xpath("//main//img/@src")
    assert len(pictures) == 2
    before = ReadEntry.objects.using("reads").count()
    shown = supervisors_client.get(pictures[0])
    content = b"".join(shown.streaming_content)
    assert shown.status_code == 200 and content.startswith(b"\xff\xd8\xff")
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert shown["Cache-Control"] == "no-store, private" and "default-src 'none'" in shown["Content-Security-Policy"]
    assert ReadEntry.objects.using("reads").count() == before + 1


def test_the_household_shows_its_photographs_to_who_may_see_it(
    other_payload, signed_in, make_user, district, elsewhere, with_pictures, reviewer, tell
):
    submissions.accept(submission_id=with_pictures.pk, actor=reviewer, at=TOLD_AT, reason="Seen")
    household = Household.objects.get()
    officer = signed_in(make_user(Role.DISTRICT_OFFICER, district))
    page = officer.get(reverse("registry:household", args=[household.reference]))
    pictures = parse(page).xpath("//main//img/@src")

    assert len(pictures) == 2
    assert all(officer.get(one).status_code == 200 for one in pictures)
    assert all(elsewhere.get(one).status_code == 404 for one in pictures)
    assert all(Client().get(one).status_code == 302 for one in pictures)
    other = tell(other_payload).household
    number = re.search(r"photos/([^/]+)/", pictures[0])[1]
    assert officer.get(reverse("registry:household_photo", args=[other.reference, number])).status_code == 404


def test_a_photograph_that_cannot_be_decoded_is_said_to_be_so(supervisors_client, send, take_in, payload, with_photo):
    payload["household"]["dwelling_photo"] = "house.jpg"
    send(xml_of(payload), ("house.jpg", b"\xff\xd8\xff\xe0 no picture"))
    take_in()
    found = Submission.objects.get()

    page = supervisors_client.get(reverse("registry:review_submission", args=[found.uuid]))

    assert "A photograph came that cannot be shown" in words(page)
    assert not parse(page).xpath("//main//img")
    number = Photo.objects.get().uuid
    assert supervisors_client.get(reverse("registry:review_photo", args=[found.uuid, number])).status_code == 404


def test_no_door_points_at_a_photograph_that_came_by_another(other_payload, with_pictures, tell):
    other_payload["household"]["dwelling_photo"] = with_pictures.answers["dwelling_photo"]

    refused = tell(other_payload)

    assert refused.status == "refused"
    assert [one.code for one in refused.issues.all()] == ["no_photo"]
