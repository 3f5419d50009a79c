"""Signing in as each role in a real browser shows that role's work and nothing of another's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import reverse
from lxml import html
from playwright.sync_api import Page

from tests.looking import faults

ADDRESSES = {
    "Households": "registry:search",
    "Register": "registry:mine",
    "Review": "registry:review",
    "Disputed numbers": "registry:claims",
    "Imports": "registry:imports",
    "Field team": "registry:phones",
    "Changes": "registry:changes",
    "Visits": "registry:visits",
    "Questionnaire": "registry:questionnaires",
    "Privacy notices": "registry:notices",
    "Programmes": "eligibility:programmes",
    "Assessments": "eligibility:runs",
    "Validation": "eligibility:validation",
    "Payments": "payments:cycles",
    "Budgets": "payments:budgets",
    "Ledger": "payments:ledger",
    "Held payments": "payments:holds",
    "Cases": "grievances:list",
    "Figures": "reporting:dashboard",
    "People": "core:people",
    "Audit": "core:audit",
}
"""Every entry that a menu may have, but for Home and Jobs, which everybody may open: one's own jobs."""

READ_BESIDE_THE_MENU = {"Questionnaire", "Privacy notices"}
"""What everybody who sees households may read, though it is the work, and so in the menu, of few."""

SIGHT = ["Households", "Programmes", "Assessments"]
MONEY = ["Payments", "Budgets", "Ledger"]


@dataclass(frozen=True)
class Day:
    """What one person's day looks like: the menu in its order, what waits (how much), what leads to which words."""

    key: str
    menu: list[str]
    waits: dict[str, int] = field(default_factory=dict)
    leads_to: str = ""


DAYS = [
    Day(
        "officer",
        ["Households", "Register", "Imports", "Changes", "Visits", *SIGHT[1:], "Validation", "Figures", "Jobs"],
        {
            "Households for community validation": 7,
            "Registrations returned to me": 0,
            "Registrations not sent yet": 0,
            "Visits that I am to make": 0,
            "Second interviews that I am to hold": 1,
        },
        "How to find the dwelling",
    ),
    Day(
        "supervisor",
        [
            "Households",
            "Review",
            "Disputed numbers",
            "Field team",
            "Changes",
            "Visits",
            *SIGHT[1:],
            "Validation",
            "Cases",
            "Figures",
            "Jobs",
        ],
        {
            "Changes to decide": 3,
            "Disputed identity numbers": 6,
            "Households for community validation": 7,
            "Registrations to review": 2,
            "Outcomes of visits to decide": 0,
            "Visits that I am to make": 0,
        },
        "Sent by",
    ),
    Day(
        "manager",
        ["Households", "Questionnaire", *SIGHT[1:], *MONEY, "Held payments", "Figures", "Jobs"],
        {"Beneficiaries to enrol": 20, "Assessments to publish": 0, "Changes of households on a list": 4},
        "Enrol those who wait (20)",
    ),
    Day(
        "manager2",
        ["Households", "Questionnaire", *SIGHT[1:], *MONEY, "Held payments", "Figures", "Jobs"],
        {"Assessments to publish": 1, "Beneficiaries to enrol": 0, "Changes of households on a list": 4},
        "Computed",
    ),
    Day(
        "preparer",
        ["Programmes", *MONEY, "Held payments", "Figures", "Jobs"],
        {
            "Payrolls to check": 1,
            "Payrolls to submit": 0,
            "Payrolls that wait for returns": 0,
            "Payrolls to close": 0,
        },
        "Draft",
    ),
    Day("approver", [*MONEY, "Figures", "Jobs"], {"Payrolls to approve": 1}, "Submitted"),
    Day("releaser", [*MONEY, "Figures", "Jobs"], {"Payrolls to release": 1}, "Approved"),
    Day(
        "grievances",
        [*SIGHT, "Held payments", "Cases", "Figures"],
        {"Cases that nobody has taken up": 2, "Cases overdue": 0, "Cases that you work on": 0},
        "Nobody yet",
    ),
    Day("auditor", [*SIGHT, *MONEY, "Cases", "Figures", "Audit", "Jobs"]),
    Day("protection", ["Households", "Privacy notices", "Figures", "Audit"]),
    Day(
        "administrator",
        ["Privacy notices", "Field team", "People", "Jobs"],
        {"Appointments to confirm": 1},
        "Confirm or refuse",
    ),
]
SignIn = Callable[..., Page]


@pytest.fixture(params=DAYS, ids=lambda day: day.key)
def day(request: pytest.FixtureRequest) -> Day:
    found: Day = request.param
    return found


def cards(page: Page) -> dict[str, int]:
    """What waits, as the start page says it. Who is due to be seen again depends on the day of the test."""
    found = {}
    for link in page.locator(".app-card__link").all():
        label, _colon, count = (link.text_content() or "").rpartition(": ")
        found[label] = int(count)
    return {label: count for label, count in found.items() if not label.endswith("due in your area")}


def test_the_start_page_shows_this_roles_work_and_no_other(day: Day, signed_in: SignIn) -> None:
    page = signed_in(day.key)

    assert page.locator("#navigation a").all_inner_texts() == ["Home", *day.menu]
    assert cards(page) == day.waits
    if day.waits:
        page.locator(".app-card__link").first.click()
        page.get_by_role("main").get_by_text(day.leads_to, exact=True).first.wait_for()
    else:
        page.get_by_text("Nothing waits for you").wait_for()


def test_pages_of_other_roles_are_refused(day: Day, signed_in: SignIn) -> None:
    page = signed_in(day.key)
    statuses = {label: page.request.get(reverse(name)).status for label, name in ADDRESSES.items()}

    opened = {label for label, status in statuses.items() if status == 200}
    assert opened - READ_BESIDE_THE_MENU == {*day.menu} - {"Jobs"} - READ_BESIDE_THE_MENU
    assert set(statuses.values()) == {200, 403}
    refused = next(label for label, status in statuses.items() if status == 403)
    page.goto(reverse(ADDRESSES[refused]))
    page.get_by_role("heading", name="You may not do this").wait_for()


def test_no_link_on_the_main_pages_leads_to_a_refusal(day: Day, signed_in: SignIn) -> None:
    page = signed_in(day.key)
    offered: dict[str, str] = {}
    within = "self::main or contains(@class, 'govuk-breadcrumbs')"
    for label in day.menu:
        shown = page.request.get(reverse(ADDRESSES.get(label, "core:jobs")))
        links = html.document_fromstring(shown.body().decode()).xpath(
            f"//*[{within}]//a[starts-with(@href, '/')]/@href"
        )
        assert shown.ok, label
        for link in links:
            address = link.partition("#")[0]
            offered.setdefault(_shape(address), address)

    assert offered or not day.menu
    refused = [a for a in offered.values() if page.request.get(a, max_redirects=0).status in (403, 404, 500)]
    assert refused == []


def test_main_pages_are_accessible_and_fit_a_phone(day: Day, signed_in: SignIn) -> None:
    wrong: list[object] = []
    page = signed_in(day.key, width=360)
    earlier = {label for other in DAYS[: DAYS.index(day)] for label in other.menu}  # looked at in another's browser
    own = [label for label in day.menu if label in ADDRESSES and label not in earlier]
    for address in ["/", *(reverse(ADDRESSES[label]) for label in own)]:
        page.goto(address)
        wrong += faults(page, address, widths=[360], impacts=("serious", "critical"))
    assert wrong == []


def test_what_is_listed_of_sensitive_cases_and_other_districts_stays_with_those_concerned(signed_in: SignIn) -> None:
    money = "Somebody asked for money or did harm"
    named = signed_in("grievances")
    named.goto(reverse("grievances:list"))
    assert named.get_by_role("table").get_by_text(money).count() == 1
    for key in ("supervisor", "auditor"):
        page = signed_in(key)
        page.goto(reverse("grievances:list"))
        assert page.get_by_role("table").get_by_text(money).count() == 0, key
    elsewhere = signed_in("officer2")
    elsewhere.goto(reverse("eligibility:validation"))
    assert elsewhere.get_by_text("Maseru").count() == 0


def _shape(address: str) -> str:
    """One address of each kind is enough: references and numbers are left out."""
    parts: list[Any] = ["#" if any(letter.isdigit() for letter in part) else part for part in address.split("/")]
    return "/".join(parts)
