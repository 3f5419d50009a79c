"""The furniture in a real browser: accessible, within a phone's screen, and useful with and without script."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser

from tests.looking import faults

PAGES = ["/gallery/", "/gallery/confirm/", "/gallery/done/", "/gallery/print/", "/account/login/", "/privacy/", "/no/"]


@pytest.fixture
def browser(chromium: Browser) -> Browser:
    """The session's one browser: a second driver in the same process would not start."""
    return chromium


@pytest.fixture
def site(live_site: str) -> Iterator[str]:
    with override_settings(ROOT_URLCONF="tests.pages.gallery", DEMO=True):
        yield live_site


def opened(browser: Any, *, width: int = 1280, **options: Any) -> Any:
    return browser.new_page(viewport={"width": width, "height": 740}, **options)


def test_pages_are_accessible_fit_a_phone_and_obey_the_policy(browser: Any, site: str) -> None:
    found: list[object] = []
    errors: list[object] = []
    said: list[str] = []

    def broke(error: Any) -> None:
        errors.append(error)

    def spoke(message: Any) -> None:
        said.append(message.text)

    page = opened(browser)
    page.on("pageerror", broke)
    page.on("console", spoke)
    for address in PAGES:
        page.goto(site + address)
        assert page.evaluate("getComputedStyle(document.querySelector('.app-header')).backgroundColor") != (
            "rgba(0, 0, 0, 0)"
        ), "the style sheet did not load"
        found += faults(page, address)
    page.close()
    assert found == []
    assert errors == []
    assert [text for text in said if "Content Security Policy" in text] == []


def test_a_masked_number_appears_for_a_reason_and_not_without(browser: Any, site: str) -> None:
    page = opened(browser)
    page.goto(site + "/gallery/")
    page.click("#masked-7 summary")
    page.click("#masked-7 button")
    page.wait_for_selector("#masked-7-error", state="attached")
    page.click("#masked-7 summary")
    page.fill("#masked-7-reason", "A visit")
    page.click("#masked-7 button")
    page.wait_for_selector("#masked-7 >> text=012301230123")
    page.close()


def test_the_progress_box_renews_itself_until_the_job_is_done(browser: Any, site: str) -> None:
    page = opened(browser)
    page.goto(site + "/gallery/")
    page.wait_for_selector("#job-5 >> text=Finished.")
    assert page.get_attribute("#job-5", "hx-get") is None
    page.close()


def test_a_lost_network_is_told_in_words(browser: Any, site: str) -> None:
    page = opened(browser)
    page.goto(site + "/gallery/")
    page.route("**/gallery/progress/", lambda route: route.abort())
    page.wait_for_selector("#app-trouble >> text=The service did not answer")
    page.unroute("**/gallery/progress/")
    page.wait_for_selector("#app-trouble", state="hidden")
    page.close()


def test_the_focus_goes_to_the_summary_of_errors(browser: Any, site: str) -> None:
    page = opened(browser)
    page.goto(site + "/gallery/")
    assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    page.click(".govuk-error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "wrong_name"
    page.close()


def test_without_script_there_are_links_instead_and_no_dead_buttons(browser: Any, site: str) -> None:
    phone = opened(browser, width=360, java_script_enabled=False)
    phone.goto(site + "/gallery/")
    assert phone.is_visible("text=Show the latest figures")
    assert not phone.is_visible("text=Print this page")
    phone.close()


def test_paper_carries_no_buttons_or_menus_but_says_that_it_is_a_demonstration(browser: Any, site: str) -> None:
    page = opened(browser)
    page.goto(site + "/gallery/")
    page.emulate_media(media="print")
    for hidden in (".govuk-button", ".app-filter", ".moj-sub-navigation"):
        assert not page.locator(hidden).locator("visible=true").count(), hidden
    assert page.is_visible("table")
    assert page.is_visible("text=Demonstration data: no real persons")
    page.close()
