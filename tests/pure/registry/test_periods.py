"""Periods of months, and the policy of recertification as dated data."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import periods

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31))
MONTHS = st.integers(min_value=1, max_value=240)
ENTRY = {"valid_from": date(2026, 1, 1), "months": 48, "notice_days": 90, "source": "Assumed."}


@given(start=DAYS, end=DAYS, months=MONTHS)
def test_a_period_has_ended_exactly_when_it_began_by_the_latest_start(start, end, months):
    assert (periods.after(start, months) <= end) == (start <= periods.latest_start(end, months))


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2022, 11, 21), 48, date(2026, 11, 21)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 12, 15), 1, date(2024, 1, 15)),
    ],
)
def test_a_period_ends_on_the_same_day_or_the_last_of_a_short_month(start, months, end):
    assert periods.after(start, months) == end


def test_the_entry_in_force_is_the_latest_that_has_begun():
    entries = periods.policies({"policy": [ENTRY | {"valid_from": "2028-01-01", "months": 36}, ENTRY]})
    assert periods.in_force(entries, date(2027, 12, 31)).months == 48
    assert periods.in_force(entries, date(2028, 1, 1)).months == 36
    assert periods.in_force(entries, date(2020, 1, 1)).months == 48


@pytest.mark.parametrize(
    "wrong",
    [
        [ENTRY | {"months": 0}],
        [ENTRY | {"notice_days": -1}],
        [ENTRY | {"source": " "}],
        [ENTRY | {"months": "many"}],
        [{"months": 48}],
        [ENTRY, ENTRY],
    ],
)
def test_an_entry_that_lacks_something_is_refused(wrong):
    with pytest.raises(periods.PolicyWrong):
        periods.policies({"policy": wrong})


def test_a_pack_without_any_period_is_refused():
    with pytest.raises(periods.PolicyWrong, match="no period"):
        periods.in_force(periods.policies({}), date(2026, 1, 1))
