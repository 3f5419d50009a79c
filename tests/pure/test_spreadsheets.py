"""No text that leaves for a spreadsheet is a formula in it, and what comes back is what left."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.spreadsheets import guarded, unguarded

texts = st.text(max_size=20) | st.builds("".join, st.tuples(st.sampled_from("=+-@\t\r\n'"), st.text(max_size=8)))


@given(texts)
@example("\n=1+1")
def test_what_is_guarded_is_no_formula_and_comes_back_as_it_was(text):
    safe = guarded(text)

    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) or re.fullmatch(r"-[0-9]+(\.[0-9]+)?", safe)
    if not text.startswith("'"):
        assert unguarded(safe) == text


@pytest.mark.parametrize("number", ["7", "-7", "-29.31", "0.5"])
def test_a_plain_number_stays_a_number(number):
    assert guarded(number) == number
    assert unguarded(number) == number


@pytest.mark.parametrize("text", ["-1+1", "-7\n", "-cmd|' /C calc'!A0", "+26622123456", "-", "--5"])
def test_what_only_begins_like_a_number_is_guarded(text):
    assert guarded(text) == f"'{text}"
