"""The pages in a real browser: usable on a phone without script, accessible, nothing wider than the screen."""

from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from core.access.roles import Role
from eligibility.actions import runs
from grievances.actions import cases
from tests.fixtures.eligibility import Member
from tests.fixtures.people import AT
from tests.looking import faults, page_of


def opened(chromium: Browser, width: int, **options: object) -> Page:
    return chromium.new_page(viewport={"width": width, "height": 760}, **options)


def test_a_citizen_with_an_old_phone_complains_follows_and_takes_it_back(chromium: Browser, live_site: str) -> None:
    page = opened(chromium, 360, java_script_enabled=False)
    page.goto(f"{live_site}/grievances/")
    page.click("text=Tell us what is wrong")
    page.check("text=A payment did not arrive or was wrong")
    page.fill("textarea", "The money of January did not come.")
    page.click("main button:has-text('Send')")
    reference, secret = page.locator("dd strong").all_inner_texts()
    page.click("text=Follow the case")
    page.fill("#id_reference", reference)
    page.fill("#id_secret", secret)
    page.click("text=Show my case")

    assert page.is_visible("text=The money of January did not come.")
    assert reference not in page.url
    page.click("text=Take the case back")
    page.check("#withdraw_sure")
    page.click("button:has-text('Take it back')")
    assert "Withdrawn" in page.locator("dl").inner_text()
    page.close()


def test_the_citizens_pages_are_accessible_and_fit_a_phone(chromium: Browser, live_site: str) -> None:
    wrong: list[object] = []
    page = opened(chromium, 360)
    for name, address in (("start", ""), ("lodge", "new/"), ("follow", "follow/")):
        page.goto(f"{live_site}/grievances/{address}")
        wrong += faults(page, name)
    page.goto(f"{live_site}/grievances/new/")
    page.click("main button:has-text('Send')")
    wrong += faults(page, "lodge-errors")
    page.check("text=I was wrongly left out")
    page.fill("textarea", "My neighbours were visited and I was not.")
    page.click("main button:has-text('Send')")
    wrong += faults(page, "lodged")
    reference, secret = page.locator("dd strong").all_inner_texts()
    page.goto(f"{live_site}/grievances/follow/")
    page.fill("#id_reference", reference)
    page.fill("#id_secret", secret)
    page.click("text=Show my case")
    wrong += faults(page, "followed")
    page.close()
    assert wrong == []


@pytest.fixture
def appeal(make_household, assess, second_manager, lodge, make_user, as_actor, district):
    """An appeal against an assessment, taken up by an officer; some others wait."""
    user = make_user(Role.GRIEVANCE_OFFICER, name="Thabo Example")
    officer = as_actor(user)
    home = make_household([Member(), Member(age=4)], heating_fuel="gas", stove=True)
    run = assess("CGP")
    runs.publish(run_id=run.pk, seen_digest=run.digest, actor=second_manager, at=AT)
    for category in ("payment_complaint", "data_correction", "misconduct"):
        lodge(category=category, description=f"About {category}.")
    case = lodge(
        category="appeal",
        reference=home.reference,
        programme_code="CGP",
        name="Palesa Example",
        phone="50000000",
        description="We were found not poor, but the stove is borrowed.\n\nPlease look again.",
    ).case
    cases.acknowledge(case_id=case.pk, message="We look into it.", actor=officer, at=AT)
    cases.take(case_id=case.pk, actor=officer, at=AT)
    cases.note(case_id=case.pk, text="Asked the chief.", one_shot=uuid4(), actor=officer, at=AT)
    return case, user


def test_the_officers_pages_are_accessible_and_fit_a_phone(
    committed_db: None, appeal, chromium: Browser, live_site: str
) -> None:
    case, user = appeal
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    page = page_of(chromium, live_site, client)
    wrong: list[object] = []
    for name, address in (
        ("home", "/"),
        ("list", "/grievances/cases/"),
        ("case", f"/grievances/cases/{case.reference}/"),
        ("decide", f"/grievances/cases/{case.reference}/decide/"),
        ("on-behalf", "/grievances/cases/new/"),
    ):
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
        wrong += faults(page, name)
    page.context.close()
    assert wrong == []
