"""The pictures of the README and of the officers' guide, taken of invented people when asked: ``make shot``."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from playwright.sync_api import Page, expect

from core.jobs import runner
from core.models import Area, Job
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
    take(supervisor, "supervisor-queue", height=760)
    supervisor.locator("main tbody a").first.click()
    take(supervisor, "supervisor-review", height=1000)
    known = Submission.objects.filter(household__district__name="Maseru", status="accepted").order_by("id")[0]
    assert known.household is not None
    supervisor.goto(reverse("registry:household", args=[known.household.reference]))
    take(supervisor, "household", height=1000)


def test_screenshot_of_rows_to_correct(signed_in: Callable[..., Page], tmp_path: Path) -> None:
    files = files_with_mistakes(tmp_path)
    officer = signed_in("officer", width=900)
    officer.goto(reverse("registry:import_new"))
    officer.get_by_label("Workbook, or file of households").set_input_files(files[0])
    officer.get_by_label("File of persons").set_input_files(files[1])
    officer.get_by_label("Check and enter what is in order").check()
    take(officer, "officer-import-new", height=1000)
    press(officer, "Send the files")
    runner.run(job_id=Job.objects.filter(kind="registry.import").latest("id").pk, worker="browser")
    officer.reload()
    press(officer, "Make the file to correct")
    runner.run(job_id=Job.objects.filter(kind="registry.import.corrected").latest("id").pk, worker="browser")
    officer.reload()
    expect(officer.get_by_role("link", name="households-corrected.zip")).to_be_visible()
    take(officer, "officer-import", height=1000)


def files_with_mistakes(folder: Path) -> tuple[Path, Path]:
    """Households of the officer's district, one of them with a sex that nobody has."""
    call_command("sample_register", households=150, seed=23, out=folder, verbosity=0)
    codes = set(Area.objects.filter(level="village", district__name="Maseru").values_list("code", flat=True))
    kept: set[str] = set()
    for name in ("households.csv", "persons.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if name == "households.csv":
            kept = {row["household_no"] for row in rows if row["area_code"] in codes}
        rows = [row for row in rows if row["household_no"] in kept]
        if name == "persons.csv":
            rows[1]["sex"] = "X"
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder / "households.csv", folder / "persons.csv"
