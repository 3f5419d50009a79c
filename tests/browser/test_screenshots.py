"""The pictures of the README and of the officers' guide, taken of invented people when asked: ``make shot``."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
import typst
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.access.actor import SYSTEM
from core.acting import acting
from core.jobs import runner
from core.models import Area, Job
from eligibility.models import Assessment
from registry.files import villagelist
from registry.models import Household, Submission
from tests.browser.conftest import Served
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


def test_screenshots_of_finding_changing_and_seeing_again(
    signed_in: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Submission.objects.filter(household__district__name="Maseru", status="accepted").order_by("id")[1]
    household = known.household
    assert household is not None
    head = household.memberships.get(is_reference=True).person
    officer = signed_in("officer", width=900)
    officer.goto(reverse("registry:search"))
    officer.get_by_label("Number, reference, telephone, name or village").fill(f"{head.surname} {head.given_names}")
    officer.keyboard.press("Enter")
    expect(officer.get_by_role("main").get_by_text(household.reference).first).to_be_visible()
    take(officer, "officer-search", height=760)

    officer.goto(reverse("registry:change_new", args=[household.reference, "move"]))
    officer.get_by_label("Day", exact=True).fill("1")
    officer.get_by_label("Month", exact=True).fill("10")
    officer.get_by_label("Year", exact=True).fill("2026")
    officer.get_by_label("How is the dwelling found?").fill("Beside the school, the second blue gate")
    press(officer, "Continue")
    take(officer, "officer-change", height=900)

    with acting(actor=SYSTEM, at=timezone.now()):
        long_ago = timezone.localdate() - timedelta(days=6 * 365)
        Household.objects.filter(district=household.district).update(interviewed_on=long_ago)
    sheets: list[villagelist.Sheet] = []
    drawn = villagelist.pdf
    monkeypatch.setattr(villagelist, "pdf", lambda sheet: sheets.append(sheet) or drawn(sheet))
    assert officer.request.get(reverse("registry:due_list", args=[council_of(household).code])).ok
    told = {"sheet": json.dumps(asdict(sheets[0]))}
    paper = typst.compile(villagelist.TEMPLATE.read_bytes(), sys_inputs=told, format="png", ppi=72)
    pages = [paper] if isinstance(paper, bytes) else list(paper)
    (IMAGES / "village-list.png").write_bytes(max(pages, key=len))
    assert (IMAGES / "village-list.png").stat().st_size <= MOST_BYTES


def council_of(household: Household) -> Area:
    """The council in which most households live of those that are due."""
    villages = Household.objects.filter(district=household.district).values_list("area__path", flat=True)
    councils = Area.objects.filter(level=Area.Level.COUNCIL, district=household.district)
    return max(councils, key=lambda one: sum(path.startswith(one.path) for path in villages))


def test_screenshots_of_phones(signed_in: Callable[..., Page], served: Served) -> None:
    phone = signed_in("officer", width=360)
    phone.goto(reverse("registry:start"))
    press(phone, "Start")
    village = Area.objects.filter(level=Area.Level.VILLAGE, district__name="Maseru").order_by("path")[0]
    phone.get_by_label("Part of the village's name, or its code").fill(village.code)
    phone.get_by_role("button", name="Show these villages").click()
    expect(phone.locator("#villages input[type=radio]")).to_have_count(1)
    phone.get_by_label(village.name, exact=True).check()
    press(phone, "Save and continue")
    phone.goto(phone.url.replace("contact/", "members/add/"))
    take(phone, "officer-form-on-a-phone", height=780)

    supervisor = signed_in("supervisor", width=900)
    supervisor.goto(reverse("registry:phone_give"))
    supervisor.get_by_label("Who carries the phone").select_option(index=1)
    supervisor.get_by_label("What the phone is called").fill("Phone 7")
    press(supervisor, "Give the sign-in")
    supervisor.goto(reverse("registry:phones"))  # the page before shows a password, and a picture keeps it
    take(supervisor, "supervisor-phones", height=560)


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
