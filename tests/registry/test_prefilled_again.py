"""The file prefilled for a visit comes back through the import door as a survey made anew."""

import csv
import io
import zipfile

import pytest
from openpyxl import load_workbook

from registry.files import prefilled
from registry.intake import surroundings
from registry.models import ChangeRequest, Household, Person
from registry.queries import questionnaires, resurvey


@pytest.fixture
def home(an_accepted_household):
    return Household.objects.select_related("area").get(pk=an_accepted_household.household_id)


@pytest.fixture
def filled(home):
    """The rows for a visit to the household, and the version that asks."""
    version = surroundings.published()
    return questionnaires.content(version), resurvey.rows(households=[home], version=version)


def visited(row):
    row |= {"interview_date": "2026-10-05", "privacy_notice": "2026-01", "rooms": "6"}


def test_the_prefilled_workbook_brings_the_household_up_to_date_and_asks_for_nothing(
    filled, home, bring_in, officer, tmp_path
):
    book = load_workbook(io.BytesIO(prefilled.xlsx(*filled)))
    sheet = book["households"]
    told = {}
    visited(told)
    for cell in sheet[1]:
        if cell.value in told:
            sheet.cell(2, cell.column).value = told[cell.value]
    book.save(tmp_path / "visit.xlsx")

    batch = bring_in(tmp_path / "visit.xlsx", actor=officer, re_survey=True)

    home.refresh_from_db()
    assert (batch.counts["updated"], batch.counts["accepted"]) == (1, 0), batch.issues
    assert (home.answers["rooms"], home.interviewed_on.isoformat()) == (6, "2026-10-05")
    assert (Household.objects.count(), Person.objects.count()) == (1, 2)
    assert not ChangeRequest.objects.exists()


def test_the_prefilled_pair_of_files_does_the_same_and_its_formulas_come_back_as_they_were(
    filled, home, bring_in, officer, tmp_path
):
    version, rows = filled
    for row in next(iter(rows.values())):
        row |= {"address": "=behind the school"}
    with zipfile.ZipFile(io.BytesIO(prefilled.csv_pair(version, rows))) as archive:
        archive.extractall(tmp_path)
    path = tmp_path / "households.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        homes = list(csv.DictReader(file))
    assert homes[0]["address"].startswith("'=")
    visited(homes[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(homes[0]))
        writer.writeheader()
        writer.writerows(homes)

    batch = bring_in(path, tmp_path / "persons.csv", actor=officer, re_survey=True)

    home.refresh_from_db()
    assert batch.counts["updated"] == 1, batch.issues
    assert (home.address, home.answers["rooms"]) == ("=behind the school", 6)
    assert not ChangeRequest.objects.exists()
