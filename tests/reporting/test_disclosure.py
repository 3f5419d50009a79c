"""What is hidden cannot be reckoned from what is shown."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from reporting.disclosure import hidden
from reporting.exports import lines

THRESHOLD = 5
COUNTS = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 60)), min_size=1, max_size=7)


def possible(values: list[int], *, threshold: int) -> list[tuple[int, int]]:
    """By trying everything: the least and the most that each hidden cell can be, for a reader of file and rule.

    The reader knows the shown cells, the total unless hidden (then only that it is small), and that a zero is hidden
    only where the whole column is.
    """
    mask = hidden(dict(enumerate(values)), threshold=threshold)
    if not mask.cells:
        return []
    whole = len(mask.cells) == len(values)
    totals = range(1, threshold) if mask.total else [sum(values)]
    shown = sum(value for place, value in enumerate(values) if place not in mask.cells)
    least = 0 if whole else 1
    found: list[set[int]] = [set() for _ in mask.cells]
    for total in totals:
        rest = total - shown
        for guess in product(range(least, rest + 1), repeat=len(mask.cells) - 1):
            last = rest - sum(guess)
            if last >= least:
                for place, value in enumerate([*guess, last]):
                    found[place].add(value)
    return [(min(values_), max(values_)) for values_ in found]


@given(st.lists(st.integers(0, 7), min_size=1, max_size=4))
def test_a_reader_who_tries_everything_is_left_with_the_whole_range_of_small_counts(values: list[int]) -> None:
    mask = hidden(dict(enumerate(values)), threshold=THRESHOLD)
    for least, most in possible(values, threshold=THRESHOLD):
        assert least <= 1
        assert most >= THRESHOLD or (mask.total and most == THRESHOLD - 1)


@given(COUNTS)
def test_no_small_count_is_shown(values: list[int]) -> None:
    mask = hidden(dict(enumerate(values)), threshold=THRESHOLD)
    assert all(not 0 < value < THRESHOLD for place, value in enumerate(values) if place not in mask.cells)
    assert mask.total == (0 < sum(values) < THRESHOLD)


@given(COUNTS)
def test_one_cell_is_never_hidden_alone_under_a_total_that_is_shown(values: list[int]) -> None:
    mask = hidden(dict(enumerate(values)), threshold=THRESHOLD)
    assert mask.total or len(mask.cells) != 1


@given(st.lists(st.one_of(st.just(0), st.integers(THRESHOLD, 900)), max_size=9))
def test_nothing_is_hidden_where_nothing_is_small(values: list[int]) -> None:
    mask = hidden(dict(enumerate(values)), threshold=THRESHOLD)
    assert (mask.cells, mask.total) == (frozenset(), False)


def test_the_next_larger_count_goes_with_a_single_small_one() -> None:
    assert hidden({"a": 3, "b": 40, "c": 8, "d": 0}, threshold=5).cells == {"a", "c"}


def test_two_small_counts_that_give_each_other_away_take_a_third() -> None:
    assert hidden({"a": 1, "b": 1, "c": 9, "d": 30}, threshold=5).cells == {"a", "b", "c"}


def test_a_file_begins_with_the_mark_of_its_encoding() -> None:
    assert "".join(lines(["a"], [["=1+1"], ["Mohale's, é"]])) == "\ufeffa\r\n'=1+1\r\n\"Mohale's, é\"\r\n"
