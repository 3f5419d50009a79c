"""Working days, as laws."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grievances.due_dates import working_days_after

WEEK = [1, 2, 3, 4, 5]
starts = st.dates(date(2020, 1, 1), date(2040, 1, 1))
weeks = st.sets(st.integers(1, 7), min_size=1)
holidays = st.sets(st.dates(date(2020, 1, 1), date(2020, 2, 1)), max_size=8)


def test_a_friday_and_two_days_is_a_tuesday():
    assert working_days_after(date(2026, 3, 20), 2, weekdays=WEEK, holidays=set()) == date(2026, 3, 24)


def test_a_holiday_is_not_counted():
    monday = date(2026, 3, 23)
    assert working_days_after(date(2026, 3, 20), 2, weekdays=WEEK, holidays={monday}) == date(2026, 3, 25)


def test_no_days_from_a_sunday_is_the_monday():
    assert working_days_after(date(2026, 3, 22), 0, weekdays=WEEK, holidays=set()) == date(2026, 3, 23)


@given(start=starts, days=st.integers(0, 60), week=weeks, free=holidays)
def test_between_start_and_due_date_lie_exactly_so_many_working_days(start, days, week, free):
    due = working_days_after(start, days, weekdays=week, holidays=free)

    works = [
        day
        for day in (start + timedelta(days=number) for number in range(1, (due - start).days + 1))
        if day.isoweekday() in week and day not in free
    ]
    assert due.isoweekday() in week
    assert due not in free
    assert len(works) == days or (days == 0 and len(works) <= 1)


@given(start=starts, days=st.integers(0, 40), week=weeks)
def test_one_day_more_is_never_sooner(start, days, week):
    sooner = working_days_after(start, days, weekdays=week, holidays=set())
    assert working_days_after(start, days + 1, weekdays=week, holidays=set()) >= sooner


@pytest.mark.parametrize(("days", "week"), [(-1, WEEK), (2, []), (2, [8])])
def test_what_makes_no_sense_is_refused(days, week):
    with pytest.raises(ValueError, match="Working days"):
        working_days_after(date(2026, 3, 20), days, weekdays=week, holidays=set())
