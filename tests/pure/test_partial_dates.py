"""Dates of which a part may be unknown, and the boxes in which they are typed."""

from __future__ import annotations

import datetime

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from core.forms.fields import PartialDateField, WholeDateField
from core.forms.partial_date import NotADate, PartialDate

days = st.dates(min_value=datetime.date(1000, 1, 1))


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    day = draw(days)
    precision = draw(st.sampled_from(["year", "month", "day"]))
    return PartialDate(day.year, None if precision == "year" else day.month, day.day if precision == "day" else None)


def typed(value: PartialDate, name: str = "born") -> dict[str, str]:
    return {
        f"{name}_day": str(value.day or ""),
        f"{name}_month": str(value.month or ""),
        f"{name}_year": f"{value.year:04d}",
    }


class Born(forms.Form):
    born = PartialDateField(required=False)


@given(partial_dates())
def test_a_partial_date_survives_writing_and_reading(value: PartialDate) -> None:
    assert PartialDate.from_iso(str(value)) == value


@given(partial_dates())
def test_the_days_it_can_mean_lie_between_earliest_and_latest(value: PartialDate) -> None:
    assert value.earliest() <= value.latest()
    assert (value.earliest() == value.latest()) == (value.precision == "day")
    one = datetime.timedelta(days=1)
    assert value.earliest().isoformat().startswith(str(value))
    assert value.latest().isoformat().startswith(str(value))
    assert not (value.earliest() - one).isoformat().startswith(str(value))
    if value.latest() < datetime.date.max:
        assert not (value.latest() + one).isoformat().startswith(str(value))


@given(partial_dates())
def test_what_is_typed_into_the_boxes_comes_out(value: PartialDate) -> None:
    form = Born(typed(value))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["born"] == value


@given(partial_dates())
def test_one_text_under_the_fields_own_name_is_read_too(value: PartialDate) -> None:
    assert Born({"born": str(value)}).fields["born"].clean(str(value)) == value


@given(st.integers(-5, 40), st.integers(-5, 20), st.integers(0, 10_000))
def test_a_whole_date_exists_exactly_when_the_calendar_knows_it(day: int, month: int, year: int) -> None:
    try:
        datetime.date(year, month, day)
        exists = True
    except ValueError:
        exists = False
    try:
        PartialDate(year, month, day)
        accepted = True
    except NotADate:
        accepted = False
    assert accepted == exists


@pytest.mark.parametrize("text", ["", "01", "2001-13", "2001-02-30", "17.5.2001", "2001-05-17-1", "two", "2001--17"])
def test_texts_that_are_no_dates_are_refused(text: str) -> None:
    with pytest.raises(NotADate):
        PartialDate.from_iso(text)


@pytest.mark.parametrize(
    ("day", "month", "year", "sentence"),
    [
        ("17", "5", "", "must include a year"),
        ("17", "", "2001", "must include a month"),
        ("31", "2", "2001", "does not exist"),
        ("1", "13", "2001", "does not exist"),
        ("", "", "01", "four digits"),
        ("a", "5", "2001", "in numbers"),
        ("1", "1", "0000", "does not exist"),
    ],
)
def test_what_is_wrong_is_told_in_words(day: str, month: str, year: str, sentence: str) -> None:
    form = Born({"born_day": day, "born_month": month, "born_year": year})
    assert not form.is_valid()
    assert sentence in form.errors["born"][0]


def test_empty_boxes_are_no_answer() -> None:
    form = Born({"born_day": "", "born_month": " ", "born_year": ""})
    assert form.is_valid()
    assert form.cleaned_data["born"] is None


def test_a_date_passes_its_bounds_if_any_day_it_can_mean_does() -> None:
    field = PartialDateField(earliest=datetime.date(1990, 6, 1), latest=datetime.date(2026, 3, 4))
    assert field.clean("1990") == PartialDate(1990)
    assert field.clean("2026-03") == PartialDate(2026, 3)
    for text in ("1989", "1990-05", "2026-04", "2026-03-05", "2027"):
        with pytest.raises(forms.ValidationError):
            field.clean(text)


def test_a_whole_date_asks_for_the_day() -> None:
    assert WholeDateField().clean("2001-05-17") == datetime.date(2001, 5, 17)
    with pytest.raises(forms.ValidationError, match="include a day"):
        WholeDateField().clean("2001-05")


def test_a_form_shown_with_the_same_date_has_not_changed() -> None:
    field = PartialDateField()
    assert not field.has_changed(PartialDate(2001, 5), "2001-05")
    assert field.has_changed(PartialDate(2001, 5), "2001-05-17")
