"""Laws of reading: what must hold for whatever people write."""

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from registry.intake import ages, cells, names
from registry.intake.identity import NumberFormat

FORMAT = NumberFormat(mask="^[0-9]{13}$", hint="13 digits")
written = st.text(max_size=40)


@given(written)
@example("ß ŉ ﬁ")
def test_a_number_normalised_twice_is_normalised_once(text):
    once = FORMAT.normalise(text)
    assert FORMAT.normalise(once) == once


@given(st.from_regex(r"[0-9]{13}", fullmatch=True), st.lists(st.sampled_from(" -./"), max_size=5))
def test_blanks_and_hyphens_change_no_number_and_leading_zeros_stay(number, marks):
    spread = "".join(marks).join([number[:4], number[4:9], number[9:]])
    assert FORMAT.normalise(spread) == number
    assert FORMAT.fits(number)


@given(written)
def test_the_parts_of_a_name_are_their_own_parts(text):
    parts = names.tokens(text)
    assert names.tokens(" ".join(parts)) == parts


@given(st.lists(st.sampled_from(["Palesa", "'Maliteboho", "Tšosane", "Mo-khele"]), min_size=2), st.randoms())
def test_the_order_of_names_does_not_count(parts, random):
    born = date(1990, 1, 2)
    shuffled = random.sample(parts, len(parts))
    assert names.name_date(" ".join(parts), "X", born) == names.name_date("X", " ".join(shuffled), born)


@given(written)
def test_every_cell_is_read_or_refused_with_a_sentence(text):
    readers = (
        cells.day, cells.partial_date, cells.yes_no, cells.link, cells.country, cells.whole(), cells.decimal(),
        cells.text_of(20), cells.key_of(10), cells.choice_of(["a", "b"]), cells.choices_of(["a", "b"]),
    )  # fmt: skip
    for read in readers:
        try:
            read(text)
        except cells.Unreadable as refusal:
            assert refusal.code
            assert str(refusal).endswith(".")


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 40_000))
def test_an_exact_age_rises_on_the_birthday_alone(born, days):
    on = born + timedelta(days=days)
    before, after = ages.age(born, "day", on), ages.age(born, "day", on + timedelta(days=1))
    assert after - before in (0, 1)
    assert before >= 0


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.sampled_from(["year", "month", "estimated"]))
def test_a_coarse_date_never_counts_from_after_the_interview(first, precision):
    assert ages.counting_date(first, precision, first) <= first
