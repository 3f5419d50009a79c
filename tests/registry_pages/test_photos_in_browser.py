"""A photograph and a place in a real browser: what is chosen outlives a page that asks anew, and a button measures."""

from __future__ import annotations

import os
import uuid
from copy import deepcopy
from typing import Any

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from core.access.actor import SYSTEM
from core.models import User
from registry.actions import questionnaires
from registry.models import Photo, QuestionnaireVersion, Submission
from tests.fixtures.photos import jpeg
from tests.registry_pages.conftest import SignIn
from tests.registry_pages.test_in_browser import chromium_and_orm, opened

__all__ = ["chromium_and_orm"]
AT_WORK = ".htmx-swapping, .htmx-settling, .htmx-request"
HERE = {"latitude": -29.31, "longitude": 27.48, "accuracy": 4.2}


def asks_for_more_when_told(version: QuestionnaireVersion) -> str:
    """Publishes a version whose place is asked only after an answer of the same page; gives the section."""
    content = deepcopy(version.content) | {"version": "2027-02"}
    place = next(one for one in content["questions"] if one["code"] == "field_place")
    place["relevant_when"] = "has_field"
    has = {"code": "has_field", "type": "boolean", "label": {"en": "Is there a field?"}}
    content["questions"].append(has | {"level": "household", "section": place["section"]})
    questionnaires.load(content=content, actor=SYSTEM, at=timezone.now())
    return str(place["section"])


def test_a_chosen_photograph_outlives_the_questions_that_come_and_go_and_the_place_is_measured(
    live_site: str, chromium_and_orm: Any, with_photo: QuestionnaireVersion, officer: User, sign_in: SignIn
) -> None:
    section, key, desk = asks_for_more_when_told(with_photo), str(uuid.uuid4()), sign_in(officer)
    desk.post(reverse("registry:start"), {"one_shot": key})
    address = live_site + reverse("registry:draft_section", args=[key, section])
    page = opened(chromium_and_orm, live_site, desk, width=360, geolocation=HERE, permissions=["geolocation"])
    asked_anew: list[int] = []

    def note(sent: Any) -> None:
        if "hx-request" in sent.headers:
            asked_anew.append(len(sent.post_data_buffer or b""))

    page.on("request", note)
    page.goto(address)

    page.set_input_files("#id_dwelling_photo", {"name": "house.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("group", name="Is there a field?").get_by_label("Yes").check()
    page.wait_for_selector("#id_field_place")
    page.wait_for_selector(AT_WORK, state="detached")
    assert page.evaluate("document.getElementById('id_dwelling_photo').files.length") == 1

    page.get_by_role("button", name="Use where I stand").click()
    expect(page.locator("#id_field_place")).not_to_have_value("")
    page.wait_for_selector(AT_WORK, state="detached")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/photo-360-before.png", full_page=True)
    page.get_by_role("button", name="Save, finish this later").click()
    page.wait_for_url("**/registrations/*/")

    assert asked_anew and max(asked_anew) < len(jpeg()) / 2  # the photograph travels once

    told = Submission.objects.get(uuid=key).payload["household"]
    assert told["dwelling_photo"] == str(Photo.objects.get().uuid)
    assert told["has_field"] == "yes"  # answered while the page was being asked anew
    assert told["field_place"].split()[:2] == ["-29.310000", "27.480000"]
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        page.goto(address)
        assert page.evaluate("document.querySelector('img.app-photo').naturalWidth") == 320
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        if folder:
            page.screenshot(path=f"{folder}/photo-{width}.png", full_page=True)
