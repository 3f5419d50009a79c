"""Each person's main task through to its end, in a real browser, on one small register."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from core.models import Appointment, Area
from eligibility.models import AssessmentRun, Enrolment
from grievances.models import Case
from payments.models import Payroll
from registry.models import Household, IdentityClaim, Submission
from tests.browser.conftest import Served

SignIn = Callable[..., Page]
MEMBERS = [
    ("Palesa", "Female", "1988", "5", "14"),
    ("Thabo", "Male", "2015", "2", "1"),
    ("Lineo", "Female", "2019", "", ""),
]


def press(page: Page, label: str) -> None:
    """Press a button and see that nothing was refused."""
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=label, exact=True).click()
    assert page.locator(".govuk-error-summary").count() == 0, page.locator("main").inner_text()


def payroll_shown(page: Page) -> int:
    """The number of the payroll whose page this is; 0 on a list of several."""
    found = re.search(r"/payrolls/([0-9]+)/$", page.url)
    return int(found[1]) if found else 0


def answer_everything(page: Page, *, choice: int = -1) -> None:
    """One choice of every question, and 1 where a number is asked; found by their elements, which is quick."""
    for group in page.locator("main fieldset:has(input[type=radio])").all():
        group.locator("input[type=radio]").nth(choice).check()
    for listed in page.locator("main select").all():
        listed.select_option(index=1)
    for box in page.locator("main input[type=text]").all():
        box.fill("1")


def register(page: Page, *, surname: str) -> None:
    """A household of three, page by page, up to the page that sends it."""
    village = Area.objects.filter(level=Area.Level.VILLAGE, district__name="Maseru").order_by("path")[0]
    page.goto(reverse("registry:start"))
    press(page, "Start")
    page.get_by_label("Part of the village's name, or its code").fill(village.code)
    page.get_by_role("button", name="Show these villages").click()
    expect(page.locator("#villages input[type=radio]")).to_have_count(1)
    page.get_by_label(village.name, exact=True).check()
    press(page, "Save and continue")
    press(page, "Save and continue")  # nothing about dwelling and telephone
    page.get_by_role("group", name="Why may this data be held?").get_by_label("Public task", exact=True).check()
    page.get_by_role("group", name="Are you, or is a relative of yours").get_by_label("No", exact=True).check()
    press(page, "Save and continue")
    page.get_by_role("button", name="Add the first member").click()
    for number, (given, sex, year, month, day) in enumerate(MEMBERS, start=1):
        page.get_by_label("Given names").fill(given)
        page.get_by_label("Surname", exact=True).fill(surname)
        page.get_by_role("group", name="Sex").get_by_label(sex, exact=True).check()
        for label, text in (("Year", year), ("Month", month), ("Day", day)):
            page.get_by_label(label, exact=True).first.fill(text)
        if number > 1:
            page.locator("#id_relationship").select_option(label="Son or daughter")
        press(page, "Save and continue")
        answer_everything(page, choice=0)
        press(page, "Save and see all members" if number == len(MEMBERS) else "Save and add another member")
    press(page, "Everybody is listed: continue")
    for _section in range(4):
        answer_everything(page)
        press(page, "Save and continue")
    press(page, "Save and continue")  # nothing about payment


@pytest.mark.parametrize(("surname", "script"), [("Mohlomi", True), ("Khaketla", False)], ids=["script", "no script"])
def test_an_officer_registers_a_household_of_three_and_sends_it_twice(
    surname: str, script: bool, signed_in: SignIn, served: Served
) -> None:
    page = signed_in("officer", width=360, java_script_enabled=script)
    register(page, surname=surname)
    button = page.get_by_role("button", name="Check and send", exact=True)
    button.dblclick()
    page.get_by_role("heading", name="The household is registered").wait_for()

    sent = [one for one in Submission.objects.filter(door="form") if surname in str(one.payload)]
    assert [(one.status, len(one.payload["members"])) for one in sent] == [("accepted", 3)]
    households = Household.objects.filter(memberships__person__surname=surname).distinct()
    assert [one.reference in page.content() for one in households] == [True]


def test_a_supervisor_decides_a_registration_that_resembles_a_known_family(signed_in: SignIn) -> None:
    page = signed_in("supervisor")
    page.get_by_role("link", name="Registrations to review").click()
    page.locator("main tbody a").first.click()
    press(page, "Reject")
    page.get_by_label("Why?").fill("The same family: they came twice.")
    press(page, "Reject it")

    assert Submission.objects.get(door="form", status="rejected").decided_by_id is not None


def test_a_supervisor_settles_whose_number_it_is(signed_in: SignIn) -> None:
    page = signed_in("supervisor")
    page.get_by_role("link", name="Disputed identity numbers").click()
    waiting = IdentityClaim.objects.filter(status="open").count()
    page.locator("main tbody a").first.click()
    page.get_by_label("The person who holds it now: nothing changes").check()
    page.get_by_label("Why?").fill("The card was shown.")
    press(page, "Settle the claim")

    assert IdentityClaim.objects.filter(status="open").count() == waiting - 1


def test_an_officer_records_what_a_village_said(signed_in: SignIn) -> None:
    page = signed_in("officer", width=360)
    page.get_by_role("link", name="Households for community validation").click()
    page.locator("main tbody a").last.click()
    for one in page.get_by_label("Confirmed", exact=True).all():
        one.check()
    page.get_by_role("button", name="Record what was said").click()
    page.get_by_text("1 confirmed, 0 rejected.").wait_for()

    assert Enrolment.objects.filter(status="validated", validated_by__email="officer@demo.example").count() == 1


def test_the_second_manager_publishes_an_assessment(signed_in: SignIn) -> None:
    run = AssessmentRun.objects.get(status="computed")
    page = signed_in("manager2")
    page.get_by_role("link", name="Assessments to publish").click()
    page.get_by_role("row", name="Computed").get_by_role("link").click()
    page.get_by_role("main").get_by_role("button", name=re.compile("Publish")).click()
    for box in page.locator("main textarea").all():
        box.fill("Looked at.")
    page.get_by_role("main").get_by_role("button", name=re.compile("Publish")).click()
    page.get_by_role("main").get_by_text("Published", exact=True).first.wait_for()

    run.refresh_from_db()
    assert (run.status, run.published_by.email) == ("published", "manager2@demo.example")  # type: ignore[union-attr]


def test_a_manager_enrols_who_waits_and_downloads_the_figures(signed_in: SignIn) -> None:
    page = signed_in("manager")
    page.get_by_role("link", name="Beneficiaries to enrol").click()
    page.get_by_role("button", name=re.compile("Enrol those who wait")).click()
    page.get_by_role("button", name="Enrol", exact=True).click()
    page.get_by_text(re.compile(r"\d+ enrolled, \d+ set aside")).wait_for()
    assert Enrolment.objects.filter(programme__code="CGP", status="enrolled").count() > 1

    page.get_by_role("link", name="Figures").click()
    with page.expect_download() as download:
        page.locator("main a[href*='.csv']").first.click()
    assert download.value.suggested_filename.endswith(".csv")


@pytest.mark.parametrize(
    ("key", "card", "state", "moves", "ends"),
    [
        ("preparer", "Payrolls to check", "Draft", ["Check", "Submit for approval"], "submitted"),
        ("approver", "Payrolls to approve", "Submitted", ["Approve"], "approved"),
        ("releaser", "Payrolls to release", "Approved", ["Release to the providers"], "releasing"),
    ],
)
def test_a_payroll_moves_on_by_the_person_whose_turn_it_is(
    key: str, card: str, state: str, moves: list[str], ends: str, signed_in: SignIn
) -> None:
    page = signed_in(key)
    page.get_by_role("link", name=card).click()
    page.get_by_text(state, exact=True).first.wait_for()
    if not (number := payroll_shown(page)):  # several wait: their list
        page.get_by_role("row", name=state).first.get_by_role("link").click()
        page.wait_for_url("**/payrolls/*/")
        number = payroll_shown(page)
    for move in moves:
        press(page, move)  # leads to the question
        press(page, move)

    assert Payroll.objects.get(pk=number).status == ends


def test_a_citizen_complains_on_a_phone_and_reads_the_answer(
    signed_in: SignIn, served: Served, chromium: Browser
) -> None:
    phone = chromium.new_page(viewport={"width": 360, "height": 740}, base_url=served.url)
    phone.goto(reverse("grievances:start"))
    phone.get_by_role("main").get_by_text("Tell us what is wrong").click()
    phone.get_by_label("I was badly served").check()
    phone.get_by_label("What happened?").fill("The clerk sent me away without a word.")
    phone.get_by_role("button", name="Send").click()
    phone.get_by_text(re.compile("GR-")).first.wait_for()
    case = Case.objects.latest("id")
    said = phone.locator("main").inner_text()
    secret = next(word for word in re.findall(r"\b[A-Z0-9-]{10,12}\b", said.replace(case.reference, "")))

    officer = signed_in("grievances")
    officer.goto(reverse("grievances:case", args=[case.reference]))
    officer.get_by_role("main").get_by_role("link", name="Write to the complainant").click()
    officer.get_by_label("Message").fill("We are sorry. The office has been told.")
    press(officer, "Write to the complainant")

    phone.goto(reverse("grievances:follow"))
    phone.get_by_label("Reference").fill(case.reference.lower())
    phone.get_by_label("Secret").fill(secret)
    phone.get_by_role("button", name="Show my case").click()
    phone.get_by_text("We are sorry. The office has been told.").wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.close()


def test_an_administrator_confirms_what_another_proposed_and_the_auditor_reads_of_it(signed_in: SignIn) -> None:
    page = signed_in("administrator")
    page.get_by_role("link", name="Appointments to confirm").first.click()
    page.get_by_role("link", name=re.compile("Confirm or refuse")).click()
    press(page, "Confirm the appointment")
    assert Appointment.objects.get(role="auditor", user__email="officer2@demo.example").confirmed_by_id is not None

    auditor = signed_in("auditor")
    auditor.goto(reverse("core:audit"))
    row: Any = auditor.get_by_role("row", name="Appointment confirmed").first
    assert "Bokang Demo" in row.inner_text()
