"""Pages of seeing households again: where somebody is due, sending people, what they found, what they take along."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone

from core.access.actor import SYSTEM
from core.acting import acting
from core.models import ReadEntry
from registry.files import villagelist
from registry.models import Household, Visit
from registry.queries import entities
from tests.fixtures.people import AT
from tests.registry_pages.conftest import NATIONAL_ID, PHONE, a_member, posted_form, text_of

LONG_AGO = timezone.localdate() - timedelta(days=5 * 366)


@pytest.fixture
def home(registered) -> Household:
    """A household of two, last seen five years ago."""
    child = {"relationship": "child", "caregiver_no": "1"}
    made = registered(
        a_member(national_id=NATIONAL_ID),
        a_member("2", given_names="Thabo", sex="M", birth_date="2015-02", activity="", school_attending="yes", **child),
        address="Behind the clinic",
    )
    with acting(actor=SYSTEM, at=AT):
        Household.objects.filter(pk=made.pk).update(interviewed_on=LONG_AGO)
    made.refresh_from_db()
    return made


@pytest.fixture
def chair(sign_in, supervisor):
    """The supervisor's browser."""
    return sign_in(supervisor)


@pytest.fixture
def visit(home, desk, officer, chair) -> Visit:
    """The supervisor sends the officer through the page."""
    page = f"/registry/due/{home.area.code}/assign/"
    form = posted_form(chair.get(page), action="") | _by(7) | {"to": officer.pk, "which": "all"}
    assert chair.post(page, form).status_code == 302
    return Visit.objects.get(household=home)


def _by(days: int, name: str = "visit_by") -> dict[str, int]:
    day = timezone.localdate() + timedelta(days=days)
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


def read_pages() -> list[str]:
    return list(ReadEntry.objects.using("reads").order_by("id").values_list("page", flat=True))


def test_an_officer_is_told_how_many_are_due_and_led_to_their_place(home, desk, district):
    start = text_of(desk.get("/"))
    assert "Household due in your area : 1" in start and "1 is overdue" in start
    page = desk.get("/registry/due/", follow=True)
    assert page.redirect_chain[-1][0].endswith(f"/due/{district.code}/")
    assert "5 years ago" in text_of(page) and "Overdue since" in text_of(page)
    assert "due" in read_pages()


def test_the_page_of_a_household_shows_its_age_plainly(home, desk):
    page = text_of(desk.get(f"/registry/households/{home.reference}/"))
    assert "Last seen 5 years ago" in page and "To be seen again Overdue since" in page
    village = text_of(desk.get(f"/registry/villages/{home.area.code}/"))
    assert "5 years ago" in village


def test_a_place_elsewhere_has_no_page(home, sign_in, officer_elsewhere):
    browser = sign_in(officer_elsewhere)
    for page in ("", "assign/", "list.pdf", "prefilled.xlsx"):
        assert browser.get(f"/registry/due/{home.area.code}/{page}").status_code == 404, page


def test_sending_needs_somebody_a_day_and_a_household(home, chair):
    page = f"/registry/due/{home.area.code}/assign/"
    answer = chair.post(page, {"which": "some"})
    text = text_of(answer)
    assert answer.status_code == 422
    assert "Choose who is to go." in text and "Enter the date." in text and "Tick at least one household." in text


def test_who_is_sent_reports_and_a_supervisor_accepts(visit, home, desk, chair):
    assert "5 years ago" in text_of(desk.get("/registry/visits/"))
    page = f"/registry/visits/{visit.uuid}/"
    found = desk.post(page, {"outcome": "seen", "report": ""} | _by(0, "visited_on"))
    assert found.status_code == 302
    assert "Visits that I am to make : 0" in text_of(desk.get("/"))
    assert "Outcomes of visits to decide : 1" in text_of(chair.get("/"))
    assert home.reference in text_of(chair.get("/registry/visits/decide/"))
    chair.post(page, {"decision": "accept", "reason": "Told by the chief."})
    home.refresh_from_db()
    assert home.interviewed_on == timezone.localdate()
    assert "Outcome accepted" in text_of(desk.get(page))


def test_nobody_found_says_that_nothing_is_closed_by_it(visit, desk, chair):
    page = f"/registry/visits/{visit.uuid}/"
    told = {"outcome": "not_found"} | _by(0, "visited_on")
    assert desk.post(page, told | {"report": "x"}).status_code == 422
    assert desk.post(page, told | {"report": "The neighbours know nothing."}).status_code == 302
    assert "closes and exits nothing" in text_of(chair.get(page))
    back = chair.post(page, {"decision": "send_back", "reason": "Ask the chief as well."}, follow=True)
    assert "Ask the chief as well." in text_of(back)
    assert "What did you find?" in text_of(desk.get(page))


def test_a_visit_is_taken_back_and_then_takes_no_report(visit, desk, chair):
    page = f"/registry/visits/{visit.uuid}/"
    assert chair.post(f"{page}take-back/", {"reason": "The officer is on leave."}).status_code == 302
    assert desk.post(page, {"outcome": "seen"} | _by(0, "visited_on")).status_code == 409
    assert chair.post(f"{page}take-back/", {"reason": "Once more, in vain."}).status_code == 302


def test_a_visit_is_nobody_elses_business(visit, sign_in, officer_elsewhere):
    browser = sign_in(officer_elsewhere)
    assert browser.get(f"/registry/visits/{visit.uuid}/").status_code == 404
    assert browser.get(f"/registry/visits/{visit.uuid}/take-back/").status_code == 404


@pytest.mark.parametrize(("copy", "page"), [("", "due_list"), ("?copy=chief", "due_list_chief")])
def test_village_lists_are_printed_and_the_look_is_logged(home, desk, copy, page):
    answer = desk.get(f"/registry/due/{home.district.code}/list.pdf{copy}")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert read_pages()[-1] == page


def test_the_chiefs_copy_has_names_and_references_only(home, desk, monkeypatch):
    told: list[villagelist.Sheet] = []
    monkeypatch.setattr(villagelist, "pdf", lambda sheet: told.append(sheet) or b"%PDF")
    desk.get(f"/registry/due/{home.area.code}/list.pdf?copy=chief")
    desk.get(f"/registry/due/{home.area.code}/list.pdf")
    chiefs, officers = told
    assert chiefs.villages[0].lines == [[home.reference, "Palesa Tšosane", ""]]
    assert "Behind the clinic" in officers.villages[0].lines[0] and "2" in officers.villages[0].lines[0]
    assert NATIONAL_ID not in str(officers) and PHONE not in str(officers)


def test_the_prefilled_workbook_says_whom_each_row_tells_of(home, desk):
    answer = desk.get(f"/registry/due/{home.area.code}/prefilled.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    (names, row) = list(book["households"].values)
    told = dict(zip(names, row, strict=True))
    assert (told["household_reference"], told["based_on_version"]) == (home.reference, str(home.row_version))
    assert (told["tenure"], told["rooms"], told["stove"]) == ("owned", "2", "no")
    assert told["interview_date"] is told["phone"] is told["account_number"] is None
    people = list(book["persons"].values)
    mother, child = (dict(zip(people[0], row, strict=True)) for row in people[1:])
    assert mother["person_reference"].startswith("PN-") and mother["national_id"] is None
    assert (child["birth_date"], child["caregiver_no"]) == ("2015-02", "1")
    assert NATIONAL_ID.encode() not in answer.content
    assert read_pages()[-1] == "due_prefilled"


def test_the_prefilled_files_hold_no_formula(home, desk):
    with acting(actor=SYSTEM, at=AT):
        Household.objects.filter(pk=home.pk).update(address="=cmd()", latitude="-29.5", longitude="28")
    answer = desk.get(f"/registry/due/{home.area.code}/prefilled.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        (row,) = csv.DictReader(io.StringIO(bundle.read("households.csv").decode("utf-8-sig")))
        assert len(bundle.read("persons.csv").splitlines()) == 3
    assert (row["address"], row["latitude"]) == ("'=cmd()", "-29.500000")


def test_a_device_gets_the_due_households_of_its_areas(visit, home, officer, officer_elsewhere, as_actor):
    def rows(user) -> list[dict[str, str]]:
        pieces = entities.due_households_csv(actor=as_actor(user), on=timezone.localdate())
        return list(csv.DictReader(io.StringIO(b"".join(pieces).decode())))

    (row,) = rows(officer)
    assert (row["name"], row["reference"], row["__version"]) == (str(home.uuid), home.reference, str(home.row_version))
    assert row["label"] == f"Palesa Tšosane ({home.area.name})"
    assert row["visit_by"] == visit.visit_by.isoformat() and row["members"] == "2"
    assert date.fromisoformat(row["due_on"]) < timezone.localdate()
    assert rows(officer_elsewhere) == []
    with pytest.raises(entities.TooManyEntities):
        list(entities.due_households_csv(actor=as_actor(officer), on=timezone.localdate(), limit=0))


def test_a_protected_household_is_on_the_districts_page_and_in_no_file(home, desk, district, protect, monkeypatch):
    hidden = protect(home, at=timezone.now())
    told: list[villagelist.Sheet] = []
    monkeypatch.setattr(villagelist, "pdf", lambda sheet: told.append(sheet) or b"%PDF")
    for copy in ("", "?copy=chief"):
        desk.get(f"/registry/due/{district.code}/list.pdf{copy}")
    assert [sheet.villages for sheet in told] == [[], []]
    book = openpyxl.load_workbook(
        io.BytesIO(desk.get(f"/registry/due/{district.code}/prefilled.xlsx").content), read_only=True
    )
    assert [len(list(book[name].values)) for name in ("households", "persons")] == [1, 1]
    page = text_of(desk.get(f"/registry/due/{district.code}/"))
    assert "visited one by one" in page and hidden.reference in page


def test_somebody_is_sent_to_a_protected_household_by_name(home, chair, officer, district, protect):
    hidden = protect(home, at=timezone.now())
    page = f"/registry/due/{district.code}/assign/"
    assert "All 0" in text_of(chair.get(page)) and hidden.reference in text_of(chair.get(page))
    form = posted_form(chair.get(page), action="") | _by(7) | {"to": officer.pk, "which": "some"}
    assert chair.post(page, form | {"households": hidden.pk}).status_code == 302
    assert Visit.objects.get().household == hidden
