"""The pictures of the README and of the officers' guide, taken of invented people when asked: ``make shot``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.models import Area
from eligibility.models import Assessment
from registry.models import Submission
from tests.browser.test_days import press

pytestmark = pytest.mark.skipif(not os.environ.get("SHOT"), reason="Pictures are taken by make shot.")

IMAGES = Path(settings.BASE_DIR) / "docs" / "images"
MOST_BYTES = 200_000


def take(page: Page, name: str, *, height: int = 900) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": page.viewport_size["width"] if page.viewport_size else 1280, "height": height})
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    assert (IMAGES / f"{name}.png").stat().st_size <= MOST_BYTES, name


def test_screenshot_for_readme(signed_in: Callable[..., Page]) -> None:
    page = signed_in("manager", width=1100)
    page.goto(reverse("reporting:dashboard"))
    take(page, "dashboard", height=1000)
    shown = Assessment.objects.filter(run__status="published", run__programme__code="CGP", outcome="eligible")
    reference = shown.order_by("household_id")[0].household.reference
    page.goto(reverse("eligibility:why", args=[reference]))
    take(page, "why", height=1000)


def test_screenshots_for_officers(signed_in: Callable[..., Page]) -> None:
    officer = signed_in("officer", width=900)
    take(officer, "officer-start", height=620)
    officer.goto(reverse("registry:start"))
    press(officer, "Start")
    take(officer, "officer-village", height=900)
    village = Area.objects.filter(level=Area.Level.VILLAGE, district__name="Maseru").order_by("path")[0]
    officer.get_by_label("Part of the village's name, or its code").fill(village.code)
    officer.get_by_role("button", name="Show these villages").click()
    expect(officer.locator("#villages input[type=radio]")).to_have_count(1)
    officer.get_by_label(village.name, exact=True).check()
    press(officer, "Save and continue")
    officer.goto(officer.url.replace("contact/", ""))
    take(officer, "officer-steps", height=900)

    supervisor = signed_in("supervisor", width=1000)
    supervisor.goto(reverse("registry:review"))
    supervisor.locator("main tbody a").first.click()
    take(supervisor, "supervisor-review", height=1000)
    known = Submission.objects.filter(household__district__name="Maseru", status="accepted").order_by("id")[0]
    assert known.household is not None
    supervisor.goto(reverse("registry:household", args=[known.household.reference]))
    take(supervisor, "household", height=1000)
