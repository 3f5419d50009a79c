"""What a cell of a workbook shows, as text; and formulas that a spreadsheet would reckon."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.intake.identity import NumberFormat
from registry.intake.rows import FilesRefused, SourceFile
from registry.intake.workbook import convert, date_text, number_text

# What XML and a workbook's cell can hold; how a workbook escapes characters is its own matter.
texts = st.text(st.characters(min_codepoint=32, max_codepoint=0xD7FF, exclude_characters="_\x7f"), max_size=30)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=8))
def test_every_text_of_a_sheet_stands_in_its_row_and_column_of_the_file(rows):
    with TemporaryDirectory() as folder:
        path = Path(folder, "book")
        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            for name in ("households", "persons"):
                sheet = book.add_worksheet(name)
                for number, row in enumerate([["a", "b", "c"], *rows]):
                    for place, text in enumerate(row):
                        if text:
                            sheet.write_string(number, place, text)
        first, second = convert(SourceFile(path, "book.xlsx"), Path(folder))

        for source in (first, second):
            with source.path.open(newline="", encoding="utf-8") as file:
                found = list(csv.reader(file))
            filled = [row if any(row) else [] for row in rows]
            while filled and not filled[-1]:
                filled.pop()
            assert found[1 : len(filled) + 1] == filled
            assert not any(found[len(filled) + 1 :])


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_whole_numbers_are_told_in_plain_digits_however_they_are_stored(number):
    assert number_text(float(number), "General") == number_text(number, "General") == str(number)


def test_a_number_under_a_format_of_zeros_has_its_leading_zeros():
    assert number_text(88051400001, "0000000000000") == "0088051400001"
    assert number_text(7, "0") == "7"
    assert number_text(0.1 + 0.2, "General") == "0.3"
    assert number_text(1e-7, "General") == "0.0000001"


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("dd/mm/yyyy", "2015-02-01"),
        ("mmm\\-yy", "2015-02"),
        ('"born" yyyy', "2015"),
        ("[$-409]mmmm yyyy", "2015-02"),
        ("[h]:mm", "2015-02-01"),
    ],
)
def test_a_date_is_told_as_far_as_its_format_shows_it(shown, text):
    assert date_text(datetime(2015, 2, 1), shown) == text
    assert date_text(date(2015, 2, 1), shown) == text


def test_a_moment_of_a_day_is_no_day():
    assert date_text(datetime(2015, 2, 1) + timedelta(hours=9), "dd/mm/yyyy") == "2015-02-01 09:00:00"


def test_zeros_that_were_lost_are_counted_and_no_other_number_is_taken_for_one():
    form = NumberFormat("^[0-9]{13}$", "13 digits")
    assert form.zeros_lost("88051400001") == 2
    assert form.zeros_lost("88051400001X") == form.zeros_lost("12") == form.zeros_lost("8805140000123") == 0


def test_a_chart_for_a_sheet_and_a_sheet_without_a_header_are_refused(tmp_path):
    path = tmp_path / "book"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("persons")
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=persons!$A$1:$A$2"})
        book.add_chartsheet("households").set_chart(chart)
    with pytest.raises(FilesRefused, match="chart"):
        convert(SourceFile(path, "book.xlsx"), tmp_path)

    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("persons")
        book.add_worksheet("households")
    with pytest.raises(FilesRefused, match="The first row of this sheet is empty"):
        convert(SourceFile(path, "book.xlsx"), tmp_path)
