"""The registry's pages in a real browser: accessible, within a phone's screen, and whole without script."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Area, User
from registry.actions import submissions as act
from registry.models import Household, Submission
from tests.fixtures.people import AT, AsActor
from tests.looking import faults, page_of
from tests.registry_pages.conftest import NATIONAL_ID, Payload, Register, SignIn, a_member


@pytest.fixture
def chromium_and_orm(chromium: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the driver runs an event loop in this thread
    yield chromium


def opened(chromium: Any, site: str, client: Client, *, width: int, **options: Any) -> Any:
    return page_of(chromium, site, client, width=width, **options)


def test_pages_are_accessible_and_fit_a_phone(
    live_site: str,
    chromium_and_orm: Any,
    registered: Register,
    payload: Callable[..., Payload],
    officer: User,
    supervisor: User,
    as_actor: AsActor,
    sign_in: SignIn,
) -> None:
    household = registered(a_member(national_id=NATIONAL_ID), nominee_given_names="Mpho", nominee_surname="Moleko")
    told = payload(a_member(marital_status="widowed"), rooms="20")
    sent = act.receive(uuid=uuid.uuid4(), door="form", payload=told, actor=as_actor(officer), at=AT)
    desk, bench = sign_in(officer), sign_in(supervisor)
    key = str(uuid.uuid4())
    desk.post(reverse("registry:start"), {"one_shot": key})
    found_at = desk.post(reverse("registry:search"), {"text": "tsosane"})["Location"]
    pages = {
        desk: [
            reverse("registry:search"),
            found_at,
            reverse("registry:household", args=[household.reference]),
            reverse("registry:household_history", args=[household.reference]),
            reverse("registry:household_print", args=[household.reference]),
            reverse("registry:mine"),
            reverse("registry:draft", args=[key]),
            reverse("registry:draft_village", args=[key]),
            reverse("registry:draft_member_add", args=[key]),
            reverse("registry:draft_section", args=[key, "goods"]),
            reverse("registry:draft_check", args=[key]),
            reverse("registry:import_new"),
        ],
        bench: [reverse("registry:review"), reverse("registry:review_submission", args=[sent.uuid])],
    }
    wrong: list[object] = []
    for client, addresses in pages.items():
        page = page_of(chromium_and_orm, live_site, client)
        for address in addresses:
            answer = page.goto(address)
            assert answer.status == 200, address
            wrong += faults(page, address)
        page.context.close()
    assert wrong == [], wrong


def test_a_household_is_registered_on_a_phone_without_script(
    live_site: str, chromium_and_orm: Any, officer: User, village: Area, sign_in: SignIn
) -> None:
    page = opened(chromium_and_orm, live_site, sign_in(officer), width=360, java_script_enabled=False)

    def go_on(label: str = "Save and continue") -> None:
        before = page.url
        page.get_by_role("button", name=label, exact=True).click()
        assert page.locator(".govuk-error-summary").count() == 0, (before, page.locator("main").inner_text())

    def choose(question: str, answer: str) -> None:
        page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()

    page.goto(live_site + reverse("registry:start"))
    go_on("Start")
    page.get_by_label("Part of the village's name, or its code").fill(village.code)
    go_on("Show these villages")
    page.get_by_label(village.name, exact=True).check()
    go_on()
    go_on()  # nothing about dwelling and telephone
    choose("Why may this data be held?", "Public task")
    choose("Are you, or is a relative of yours, a member of this household?", "No")
    go_on()
    page.get_by_role("button", name="Add the first member").click()
    page.get_by_label("Given names").fill("Palesa")
    page.get_by_label("Surname", exact=True).fill("Mohale")
    choose("Sex", "Female")
    page.get_by_label("Year", exact=True).first.fill("1960")
    page.get_by_label("The year is estimated").check()
    go_on()
    for question in page.get_by_role("group").all():
        if question.get_by_role("radio").count():
            question.get_by_role("radio").first.check()
    for choice in page.get_by_role("combobox").all():
        choice.select_option(index=1)
    go_on("Save and see all members")
    page.get_by_role("button", name="Everybody is listed: continue").click()
    for _section in range(4):
        for question in page.get_by_role("group").all():
            if question.get_by_role("radio").count():
                question.get_by_role("radio").last.check()
        for choice in page.get_by_role("combobox").all():
            choice.select_option(index=1)
        for box in page.get_by_role("textbox").all():
            box.fill("1")
        go_on()
    go_on()  # nothing about payment
    go_on("Check and send")
    page.get_by_role("heading", name="The household is registered").wait_for()

    household = Household.objects.get()
    assert household.reference in page.content()
    assert Submission.objects.get().household_id == household.pk
    person = household.memberships.get().person
    assert (person.birth_date.year, person.birth_date_precision) == (1960, "estimated")
    page.context.close()
