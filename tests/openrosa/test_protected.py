"""A phone's form of a household whose address is protected since then: no village on its pages, nor at the next one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.access.roles import Role
from registry.models import DeviceForm, Submission
from registry.queries import device_forms
from tests.openrosa.filled import xml_of

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def form(send, take_in, payload, protect) -> DeviceForm:
    """Registered by a phone, protected since."""
    payload["household"]["address"] = "Behind the red windmill"
    send(xml_of(payload, instance_id="uuid:first"))
    take_in()
    told = Submission.objects.get()
    assert told.status == "accepted", [str(one) for one in told.issues.all()]
    protect(told.household, at=timezone.now())
    return DeviceForm.objects.get()


def test_the_pages_of_phones_name_its_district_alone(form, supervisor, village, district):
    browser = Client()
    browser.force_login(supervisor, backend=BACKEND)
    for page in (reverse("registry:field_forms"), reverse("registry:field_form", args=[form.uuid])):
        text = browser.get(page).content.decode()
        assert village.name not in text and district.name in text


def test_who_reviews_its_village_alone_sees_no_such_form(form, make_user, as_actor, village, district, other_district):
    def seen_by(area) -> list[DeviceForm]:
        return list(device_forms.visible(actor=as_actor(make_user(Role.SUPERVISOR, area))))

    assert [seen_by(area) for area in (village, other_district, district, None)] == [[], [], [form], [form]]


def test_a_form_that_corrects_it_names_no_place_while_it_waits(form, send, take_in, payload, village, district):
    payload["household"] |= {"address": "The cellar of the mission", "rooms": "3"}
    send(xml_of(payload, instance_id="uuid:second", deprecated_id="uuid:first"))
    take_in()
    waits = Submission.objects.order_by("-id")[0]
    assert (waits.status, waits.area, waits.address, waits.review.area) == ("in_review", district, "", district)
    newest = DeviceForm.objects.order_by("-id")[0]
    assert device_forms.place_of(newest) == district.name
