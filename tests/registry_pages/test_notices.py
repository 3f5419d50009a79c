"""Pages of the privacy notices: drafted, read as people will hear them, compared, published by a second person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.access.roles import Role
from core.models import User
from registry.models import PrivacyNotice
from tests.core_pages.conftest import parse, words


@pytest.fixture
def officer(make_user) -> User:
    return make_user(Role.DATA_PROTECTION_OFFICER, name="Dineo Drafter")


@pytest.fixture
def drafter(sign_in, officer) -> Client:
    return sign_in(officer)


@pytest.fixture
def second(sign_in, make_user) -> Client:
    return sign_in(make_user(Role.ADMINISTRATOR, name="Ada Keeper"))


def told(**more: object) -> dict[str, object]:
    day = timezone.localdate() + timedelta(days=3)
    return {
        "version": "2030-01",
        "text_en": "We keep less.\n\nYou may complain.",
        "text_st": "Re boloka tse fokolang.",
        "legal_bases": ["public_task"],
        "purposes": ["sharing"],
        "in_force_from_day": day.day,
        "in_force_from_month": day.month,
        "in_force_from_year": day.year,
    } | more


def test_a_text_is_drafted_by_one_and_published_by_another(drafter: Client, second: Client):
    page = drafter.get("/registry/notices/drafts/new/")
    assert "Who lives in your household" in page.content.decode() or parse(page).xpath("//textarea[@lang='st']")
    answer = drafter.post("/registry/notices/drafts/new/", told(), follow=True)
    assert "somebody else publishes it" in words(answer)
    assert not parse(answer).xpath("//a[contains(@href, '/publish/')]")

    own = drafter.get("/registry/notices/2030-01/publish/")
    seen = parse(own).xpath("//input[@name='seen']/@value")[0]
    refused = drafter.post("/registry/notices/2030-01/publish/", {"seen": seen})
    assert refused.status_code == 422 and "somebody else must publish it" in words(refused)

    assert "Privacy notices to publish" in words(second.get("/"))
    shown = second.get("/registry/notices/2030-01/publish/")
    assert "What changes against version 2026-01" in words(shown)
    assert [one.text_content() for one in parse(shown).xpath("//div[@lang='en']/p")] == [
        "We keep less.",
        "You may complain.",
    ]
    done = second.post("/registry/notices/2030-01/publish/", {"seen": seen}, follow=True)
    assert "Published. People are told this text from" in words(done)
    assert PrivacyNotice.objects.get(version="2030-01").status == "published"
    assert second.get("/registry/notices/2030-01/publish/").status_code == 404


def test_a_draft_is_changed_and_given_up(drafter: Client):
    drafter.post("/registry/notices/drafts/new/", told())
    page = drafter.get("/registry/notices/2030-01/change/")
    seen = parse(page).xpath("//input[@name='seen']/@value")[0]
    answer = drafter.post("/registry/notices/2030-01/change/", told(text_en="Other words.", seen=seen), follow=True)
    assert "Other words." in words(answer)
    stale = drafter.post("/registry/notices/2030-01/change/", told(text_en="Late words.", seen=seen))
    assert stale.status_code == 409 and "Somebody changed this draft" in words(stale)
    assert "given up" in words(drafter.post("/registry/notices/2030-01/give-up/", follow=True))
    assert drafter.get("/registry/notices/2030-01/").status_code == 404


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"text_st": " "}, "Write the text in this language."),
        ({"legal_bases": []}, "Choose at least one."),
        ({"purposes": []}, "Choose at least one."),
        ({"in_force_from_year": 2020}, "or later"),
        ({"version": "a b"}, "Letters, digits, dots and hyphens"),
        ({"version": "2026-01"}, "There is a privacy notice 2026-01 already."),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(drafter: Client, more, sentence):
    page = drafter.post("/registry/notices/drafts/new/", told(**more))
    assert page.status_code == 422 and sentence in words(page)


def test_officers_read_what_is_told_and_see_no_draft(drafter: Client, sign_in, make_user, district):
    drafter.post("/registry/notices/drafts/new/", told())
    theirs = sign_in(make_user(Role.DISTRICT_OFFICER, district))
    page = words(theirs.get("/registry/notices/"))
    assert "In force now: version 2026-01" in page and "2030-01" not in page
    assert theirs.get("/registry/notices/2030-01/").status_code == 404
    assert theirs.get("/registry/notices/2026-01/").status_code == 200


def test_who_keeps_people_of_one_district_drafts_nothing(sign_in, make_user, district):
    local = sign_in(make_user(Role.ADMINISTRATOR, district))
    assert local.get("/registry/notices/drafts/new/").status_code == 404
    assert not parse(local.get("/registry/notices/")).xpath("//a[contains(@href, '/new/')]")


def test_everybody_reads_the_text_in_force_without_signing_in(drafter: Client, second: Client, client: Client):
    page = words(client.get("/privacy/"))
    assert "Version 2026-01" in page and "We write down who lives in your household" in page
