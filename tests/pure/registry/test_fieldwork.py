"""Terms and comparison of second interviews."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.fieldwork.comparing import beyond, compare
from registry.fieldwork.terms import Compared, TermsWrong, all_terms, compared_of, in_force

ENTRY = {
    "valid_from": date(2026, 1, 1), "share_percent": 5, "at_least": 3, "days_to_do": 14, "agree_percent": 85,
    "paper_days": 30, "compared": [{"code": "rooms", "tolerance": 1}, {"code": "tv"}], "source": "Assumed",
}  # fmt: skip
ANSWERS = st.one_of(st.none(), st.booleans(), st.integers(-50, 50), st.text("ab ", max_size=3), st.lists(st.text("ab")))


def test_terms_are_dated_and_kept_whole():
    first, later = all_terms({"policy": [{**ENTRY, "valid_from": date(2027, 1, 1), "at_least": 9}, ENTRY]})
    assert in_force((first, later), date(2026, 12, 31)) is first
    assert in_force((first, later), date(2027, 1, 1)).at_least == 9
    assert in_force((first, later), date(2020, 1, 1)) is first
    assert compared_of(first.kept) == first.compared == (Compared("rooms", Decimal(1)), Compared("tv"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"share_percent": 0}, {"share_percent": 101}, {"agree_percent": "many"}, {"at_least": 0}, {"compared": []},
        {"compared": [{"code": "tv"}, {"code": "tv"}]}, {"compared": [{"code": "tv", "tolerance": -1}]},
        {"source": " "}, {"paper_days": 0}, {"valid_from": "soon"},
    ],
)  # fmt: skip
def test_terms_that_contradict_themselves_are_refused(wrong):
    with pytest.raises(TermsWrong):
        all_terms({"policy": [ENTRY | wrong]})


def test_no_terms_and_two_of_one_day_are_refused():
    with pytest.raises(TermsWrong):
        in_force((), date(2026, 1, 1))
    with pytest.raises(TermsWrong):
        all_terms({"policy": [ENTRY, ENTRY]})


@given(ANSWERS)
def test_an_answer_agrees_with_itself(answer):
    assert all(one.agrees for one in compare({"x": answer}, {"x": answer}, compared=[Compared("x")]))


@given(ANSWERS, ANSWERS)
def test_it_does_not_matter_which_interview_came_first(one, other):
    ways = [compare({"x": a}, {"x": b}, compared=[Compared("x", Decimal(2))]) for a, b in ((one, other), (other, one))]
    assert [c.agrees for c in ways[0]] == [c.agrees for c in ways[1]]
    assert [c.deviation for c in ways[0]] == [None if c.deviation is None else -c.deviation for c in ways[1]]


@given(st.integers(-99, 99), st.integers(-99, 99), st.integers(0, 20))
def test_numbers_agree_within_the_tolerance_and_no_further(before, after, tolerance):
    (found,) = compare({"x": before}, {"x": after}, compared=[Compared("x", Decimal(tolerance))])
    assert found.agrees is (abs(after - before) <= tolerance)
    assert found.deviation == after - before


def test_what_only_one_interview_knows_disagrees_and_what_none_knows_is_not_compared():
    compared = [Compared("a"), Compared("b"), Compared("c")]
    found = compare({"a": "x", "b": ""}, {"b": None, "c": 0}, compared=compared)
    assert [(one.code, one.agrees) for one in found] == [("a", False), ("c", False)]


def test_no_is_not_the_number_nought():
    (found,) = compare({"x": False}, {"x": 0}, compared=[Compared("x", Decimal(1))])
    assert not found.agrees


@pytest.mark.parametrize(
    ("asked", "agreed", "not_so", "looks"),
    [(20, 17, 0, False), (20, 16, 0, True), (0, 0, 0, True), (20, 20, 1, True)],
)
def test_somebody_looks_below_the_bound_and_where_a_household_denies_it(asked, agreed, not_so, looks):
    assert beyond(asked=asked, agreed=agreed, agree_percent=Decimal(85), not_so=not_so) is looks
