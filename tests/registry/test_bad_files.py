"""What people's programs make of a file of households: each is read as it was meant, or refused with a sentence."""

from copy import deepcopy
from datetime import date

import pytest
import xlsxwriter

from registry.models import Household, Person, Submission

BOM = b"\xef\xbb\xbf"


def the_same(payload, number):
    """Another household like it, alike in nothing that makes a duplicate."""
    one = deepcopy(payload)
    for member in one["members"]:
        member["given_names"] += "abc"[number]
    one["members"][0]["national_id"] = ""
    return one


def test_a_mark_of_byte_order_at_the_beginning_is_no_part_of_the_first_column(payload, write_files, bring_in):
    files = write_files(payload)
    for path in files:
        path.write_bytes(BOM + path.read_bytes())

    batch = bring_in(*files)

    assert (batch.status, batch.counts["accepted"]) == ("done", 1), batch.issues


def test_a_mark_of_byte_order_before_quoted_columns_and_lines_of_windows(payload, write_files, bring_in):
    files = write_files(payload)
    for path in files:
        header, *rows = path.read_text().splitlines()
        quoted = ",".join(f'"{name}"' for name in header.split(","))
        path.write_bytes(BOM + "\r\n".join([quoted, *rows, ""]).encode())

    assert bring_in(*files).counts["accepted"] == 1


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_a_file_parted_by_something_else_is_refused_whole_and_says_so(payload, write_files, bring_in, delimiter):
    households, persons = write_files(payload)
    persons.write_text(persons.read_text().replace(",", delimiter))

    batch = bring_in(households, persons)

    assert batch.status == "failed"
    assert ["not parted by commas" in one["message"] for one in batch.issues] == [True]
    assert batch.issues[0]["location"].startswith("persons.csv")
    assert not Submission.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_in_wide_characters_is_refused_whole_with_a_sentence(payload, write_files, bring_in, encoding):
    households, persons = write_files(payload)
    households.write_bytes(households.read_text().encode(encoding))

    batch = bring_in(households, persons)

    assert batch.status == "failed" and batch.issues
    assert all(one["location"].startswith("households.csv") for one in batch.issues)
    assert not Submission.objects.exists()


def test_latin_1_refuses_who_has_an_accent_by_cell_and_lets_the_others_in(payload, write_files, bring_in):
    plain, accented = the_same(payload, 0), the_same(payload, 1)
    accented["members"][0]["surname"] = "Tšosané"
    households, persons = write_files(plain, accented)
    persons.write_bytes(persons.read_text().replace("š", "s").encode("latin-1"))

    batch = bring_in(households, persons)

    assert (batch.counts["accepted"], batch.counts["refused"]) == (1, 1)
    refused = Submission.objects.get(status="refused")
    assert "persons.csv, row 4, column surname" in str(refused.issues.get())


def sheet(path, told, **dates):
    """A workbook of households whose interviews are dated as ``dates`` says: H1=..., H2=..."""
    with xlsxwriter.Workbook(path) as book:
        a_day = book.add_format({"num_format": "d mmm yyyy"})
        keyed = [(f"H{number}", one) for number, one in enumerate(told, start=1)]
        tables = {
            "households": [{"household_no": key} | one["household"] for key, one in keyed],
            "persons": [{"household_no": key} | member for key, one in keyed for member in one["members"]],
        }
        for name, rows in tables.items():
            page = book.add_worksheet(name)
            columns = list(dict.fromkeys(key for row in rows for key in row))
            page.write_row(0, 0, columns)
            for line, row in enumerate(rows, start=1):
                for place, column in enumerate(columns):
                    value = dates[row["household_no"]] if column == "interview_date" else row.get(column, "")
                    if isinstance(value, date):
                        page.write_datetime(line, place, value, a_day)
                    else:
                        page.write_string(line, place, value)
    return path


def test_dates_in_three_styles_enter_where_they_are_sure_and_are_named_where_not(payload, bring_in, tmp_path):
    """A date cell and an ISO text say one day; 03/08/2026 is August for one reader and March for another."""
    told = [the_same(payload, number) for number in range(3)]
    path = sheet(tmp_path / "dates.xlsx", told, H1=date(2026, 8, 3), H2="2026-08-03", H3="03/08/2026")

    bring_in(path)

    by_key = {one.source_key: one for one in Submission.objects.all()}
    assert {key: one.status for key, one in by_key.items()} == {"H1": "accepted", "H2": "accepted", "H3": "refused"}
    assert by_key["H1"].interviewed_on == by_key["H2"].interviewed_on == date(2026, 8, 3)
    assert "sheet households, row 4, column interview_date" in str(by_key["H3"].issues.get(severity="error"))


def test_numbers_that_a_workbook_holds_as_text_are_numbers(payload, bring_in, tmp_path):
    payload["household"] |= {"rooms": " 3 ", "cattle": "04"}
    bring_in(sheet(tmp_path / "texts.xlsx", [payload], H1="2026-08-03"))

    found = Submission.objects.get()
    assert found.status == "accepted", [str(one) for one in found.issues.all()]
    assert (Household.objects.get().answers["rooms"], Household.objects.get().answers["cattle"]) == (3, 4)
    assert Person.objects.get(given_names="Palesa").national_id == "0088051400001"
