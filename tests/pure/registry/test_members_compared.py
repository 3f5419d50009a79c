"""Members of two interviews: who is who, and what agrees."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.fieldwork import members
from registry.fieldwork.members import Member
from registry.fieldwork.terms import Compared

BORN = date(1970, 5, 14)
SEX = (Compared("sex"), Compared("birth_date"))


def somebody(given="Palesa", surname="Mokoena", number="", born=BORN, precision="day", **facts) -> Member:
    return Member(given, surname, number, born, precision, {"sex": "F"} | facts)


def told(first, second, compared=SEX):
    return [(one.member, one.code, one.agrees) for one in members.compare(first, second, compared=compared)]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (somebody(), True),
        (somebody(given="Mokoena", surname="Palesa"), True),
        (somebody(given="Palessa"), True),
        (somebody(number="007005140001"), True),
        (somebody(born=date(1971, 5, 14)), False),
        (somebody(given="Thabo"), False),
    ],
)
def test_without_a_number_names_and_birth_date_tell_who_is_who(other, same):
    both = [pair for pair in members.paired([somebody()], [other]) if None not in pair]
    assert bool(both) is same


def test_a_number_tells_who_is_who_whatever_the_name():
    found = told([somebody(number="1")], [somebody(given="Thabo", number="1", born=date(1980, 1, 1))])
    assert found == [(1, "member", True), (1, "member.sex", True), (1, "member.birth_date", False)]


def test_two_with_different_numbers_are_never_one():
    assert told([somebody(number="1")], [somebody(number="2")]) == [(1, "member", False), (2, "member", False)]


def test_who_is_in_one_interview_only_is_a_difference_of_its_own():
    child = somebody(given="Lebo", born=date(2014, 3, 2))
    assert told([somebody(), child], [somebody()]) == [
        (1, "member", True), (1, "member.sex", True), (1, "member.birth_date", True), (2, "member", False),
    ]  # fmt: skip
    assert told([], [child]) == [(1, "member", False)]


def test_a_number_is_looked_at_before_names_so_a_namesake_takes_nobodys_place():
    first = [somebody(), somebody(number="7")]
    second = [somebody(number="7"), somebody()]
    assert [pair[1] for pair in members.paired(first, second)] == [second[1], second[0]]


def test_of_a_birth_date_as_much_is_compared_as_both_know():
    year = somebody(number="1", born=date(1970, 1, 1), precision="year")
    assert told([year], [somebody(number="1")])[-1] == (1, "member.birth_date", True)
    assert told([year], [somebody(number="1", born=date(1971, 5, 14))])[-1] == (1, "member.birth_date", False)


def test_those_named_are_counted_on_the_day_of_the_first_interview():
    people = [somebody(), somebody(born=date(2008, 9, 1)), somebody(born=None, precision="")]
    assert members.counted(people, on=date(2026, 8, 31)) == {"size": 3, "children_0_17": 1}
    assert members.counted(people, on=date(2026, 9, 1)) == {"size": 3, "children_0_17": 0}


_PEOPLE = st.lists(
    st.builds(
        somebody,
        given=st.sampled_from(["Palesa", "Thabo", "Lebo"]),
        number=st.sampled_from(["", "1", "2", "3"]),
        born=st.sampled_from([BORN, date(2001, 1, 1), None]),
    ),
    max_size=5,
)


@given(_PEOPLE, _PEOPLE)
def test_everybody_is_told_once_and_nobody_is_two(first, second):
    pairs = list(members.paired(first, second))
    assert [one for one, _other in pairs if one] == first
    assert sorted(id(other) for _one, other in pairs if other) == sorted(id(one) for one in second)
    for one, other in pairs:
        assert not (one and other and one.national_id and other.national_id) or one.national_id == other.national_id


@given(_PEOPLE)
def test_what_is_kept_tells_the_same_people(people):
    assert members.of_kept([one.kept() for one in people]) == people
